"""Check lists and images of a long-tailed data set before training on it."""

import argparse
import json
import os
import sys
from pathlib import Path

from mmlt.cli.progress import counter
from mmlt.cli.values import whole_number
from mmlt.datasets.known_splits import KNOWN_SPLITS
from mmlt.datasets.split_report import (
    SPLITS,
    SplitSettings,
    report_lines,
    verify_splits,
)
from mmlt.fileio import check_can_write, write_json
from mmlt.predictions.classes import read_class_names
from mmlt.projects.project import RECORD

TOOL = 'tools/dataset_tools/verify_splits.py'
DESCRIPTION = (
    'Check lists and images of a long-tailed data set: number of lines, '
    'images per class and checksums against what is known of the published '
    'splits, paths in two lists (leakage), missing and damaged images, and '
    'of a project images in the folder of another class. Exit '
    'code: 0 all right, 1 a problem was found or the check could not be made '
    '(then the last line is the error), 130 interrupted (the same command '
    'goes on).'
)
EXAMPLE = 'imagenetlt --data-root data/imagenet --processes 16'
ROOTS = {
    'imagenetlt': 'data/imagenet',
    'placeslt': 'data/places',
    'inat18': 'data/inat18',
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The data set, and how closely it is looked at."""
    parser.add_argument(
        'data',
        metavar='DATA',
        help=f'{", ".join(KNOWN_SPLITS)}; the folder of a project that `mmlt '
        "new` made; or 'own' for other lists (with --num-classes)",
    )
    parser.add_argument('--data-root', help='folder of lists and images')
    parser.add_argument(
        '--data-prefix',
        default='',
        help='folder in front of the paths of the lists, in the data root',
    )
    for split in SPLITS:
        parser.add_argument(
            f'--{split}',
            metavar='LIST',
            help=f'{split} list in the data root (default: the usual name)',
        )
    parser.add_argument('--num-classes', type=int, help="for 'own' alone")
    parser.add_argument(
        '--check',
        choices=['decode', 'exists', 'none'],
        default='decode',
        help='decode every image, look whether it is there, or check the '
        'lists alone (default: decode)',
    )
    parser.add_argument(
        '--processes',
        type=whole_number(1),
        default=os.cpu_count(),
        help='default: CPUs',
    )
    parser.add_argument(
        '--report',
        default='verify_splits.json',
        help='JSON file to write (default: verify_splits.json)',
    )


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """The number of classes is known, or named."""
    args.class_names, args.limits, args.copies = None, {}, ()
    if (Path(args.data) / RECORD).is_file():
        take_project(parser, args)
    elif args.data not in (*KNOWN_SPLITS, 'own'):
        parser.error(
            f'argument DATA: expected {", ".join(KNOWN_SPLITS)}, own or the '
            f'folder of a project with {RECORD}, but got {args.data!r}'
        )
    if args.data == 'own':
        if not args.num_classes or args.num_classes < 1:
            parser.error("'own' needs --num-classes")
    else:
        classes = KNOWN_SPLITS[args.data]['val'].num_classes
        if args.num_classes not in (None, classes):
            parser.error(f'{args.data} has {classes} classes')
        args.num_classes = classes


def take_project(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Set what the record of a project says of its lists and images."""
    folder = Path(args.data)
    try:
        record = json.loads((folder / RECORD).read_text(encoding='utf-8'))
        args.num_classes = len(record['classes'])
        images, lists = record['images'], record['lists']
        args.limits = record.get('shot_limits') or {}
        args.copies = tuple(map(tuple, record['copies']['equal']))
    except (KeyError, TypeError, ValueError) as error:
        parser.error(
            f'argument DATA: expected {folder / RECORD} as `mmlt new` wrote '
            f'it, but it is not ({type(error).__name__}: {error})'
        )
    args.data, args.data_root = 'own', str(folder)
    args.class_names = tuple(read_class_names(folder / 'classes.txt'))
    args.data_prefix = args.data_prefix or images
    for split in SPLITS:
        if getattr(args, split) is None and f'{split}.txt' in lists:
            setattr(args, split, f'{split}.txt')


def run(args: argparse.Namespace) -> int:
    """Run the checks, print and write the report."""
    check_can_write(args.report)
    settings = SplitSettings(
        data=args.data,
        data_root=args.data_root or ROOTS.get(args.data, '.'),
        num_classes=args.num_classes,
        lists={s: getattr(args, s) for s in SPLITS if getattr(args, s)},
        data_prefix=args.data_prefix,
        check=args.check,
        processes=args.processes,
        class_names=args.class_names,
        limits=args.limits,
        copies=args.copies,
        unfinished=Path(f'{args.report}.unfinished'),
    )
    words = 'Decoding' if args.check == 'decode' else 'Looking for'
    try:
        with counter(f'{words} images') as progress:
            report = verify_splits(settings, progress)
    except KeyboardInterrupt:
        print('interrupted; the same command goes on', file=sys.stderr)
        return 130
    write_json(args.report, report)
    for line in report_lines(report):
        print(line)
    print(f'report: {args.report}')
    return 0 if report['ok'] else 1
