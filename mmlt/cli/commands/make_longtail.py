"""Make long-tailed lists from a folder with one subfolder per class."""

import argparse
from pathlib import Path

from mmlt.cli.options import chosen
from mmlt.cli.values import seed
from mmlt.datasets.make_lists import (
    EXTENSIONS,
    ORDERS,
    ListSettings,
    make_lists,
)
from mmlt.functional.long_tail import PROFILES

TOOL = 'tools/dataset_tools/make_longtail.py'
DESCRIPTION = (
    'Make long-tailed lists ("path label" per line) from a folder with one '
    'subfolder per class, with a balanced test list of images that are held '
    'out. The same folder, settings and seed give the same lists. With '
    '--profile all every image is kept: a plain converter.'
)
EXAMPLE = (
    'data/flowers data/flowers-lt --imbalance-ratio 50 --test-per-class 20. '
    'Train on them with the data set '
    "LongTailedList(ann_file='data/flowers-lt/train.txt', "
    "data_prefix='data/flowers', "
    "classes='data/flowers-lt/classes.txt')."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The images, and the shape of the tail."""
    parser.add_argument('images', help='folder of the class folders')
    parser.add_argument('out', help='folder for the lists')
    parser.add_argument(
        '--profile',
        choices=[*PROFILES, 'all'],
        default='exponential',
        help="shape of the tail, or 'all' (default: exponential)",
    )
    parser.add_argument(
        '--imbalance-ratio',
        type=float,
        default=100,
        help='largest class / smallest class, >= 1 (default: 100)',
    )
    parser.add_argument(
        '--power', type=float, default=6, help='of pareto (default: 6)'
    )
    parser.add_argument(
        '--max-count',
        type=int,
        help='training images of the largest class (default: as many as '
        'every class can fill)',
    )
    parser.add_argument(
        '--order',
        choices=ORDERS,
        default='index',
        help='which class is the largest: the first by name, the one with '
        'most images, or by chance (default: index)',
    )
    for split in ('test', 'val'):
        parser.add_argument(
            f'--{split}-per-class',
            type=int,
            default=0,
            metavar='N',
            help=f'images of each class for {split}.txt (default: 0)',
        )
    parser.add_argument('--seed', type=seed, default=0, help='default: 0')
    parser.add_argument(
        '--extensions',
        default=EXTENSIONS,
        help=f'endings of images (default: {EXTENSIONS})',
    )
    parser.add_argument(
        '--overwrite', action='store_true', help='replace existing lists'
    )


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Numbers of images that there can be."""
    if min(args.test_per_class, args.val_per_class) < 0:
        parser.error('images per class cannot be negative')
    if args.max_count is not None and args.max_count < 1:
        parser.error('--max-count must be at least 1')
    if args.max_count is not None and args.profile == 'all':
        parser.error('--profile all keeps every image: leave out --max-count')


def run(args: argparse.Namespace) -> None:
    """Make the lists and say what they are."""
    record = make_lists(chosen(args, ListSettings), args.out, args.overwrite)
    for name, facts in record['lists'].items():
        counts = facts['class_counts']
        print(
            f'{Path(args.out) / name}: {facts["images"]} images, '
            f'{len(counts)} classes of {max(counts)} to {min(counts)}'
        )
    others = record['left_out']
    if others:
        endings = ', '.join(f'{end}: {n}' for end, n in others.items())
        print(
            f'Left out, files of other endings ({endings}). --extensions '
            'names those of images.'
        )
