"""Write the predictions of a trained network on a split to a file."""

import argparse

from mmlt.cli.options import (
    add_config_options,
    add_device,
    add_trust,
    add_weights,
)
from mmlt.cli.predictions import dump_predictions
from mmlt.structures.predictions import SPLITS

TOOL = 'tools/analysis_tools/dump_predictions.py'
DESCRIPTION = (
    'Write logits, labels, class counts and what is known of the classifier '
    'to an .npz file, for the post-hoc tools.'
)
EXAMPLE = (
    'work_dirs/vmf/resnet20_digitslt+held-out --split held-out '
    '--out held-out.npz'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is predicted, and where it goes."""
    parser.add_argument(
        'run', help='work directory of a training, or its config'
    )
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='needed with a config (default: the last of the work directory)',
    )
    parser.add_argument(
        '--split',
        choices=SPLITS,
        default='test',
        help='train: what was trained on; held-out: the other part of a '
        'HeldOutSplit; val; test (default)',
    )
    parser.add_argument(
        '--images',
        metavar='FOLDER',
        help='predict these images instead of a split: a folder for each '
        'class, by its name; for `mmlt evaluate` (needs --out)',
    )
    parser.add_argument(
        '--out',
        help='.npz file (default: predictions_SPLIT.npz beside the '
        'checkpoint; with --weights plain predictions_SPLIT_plain.npz)',
    )
    parser.add_argument(
        '--features',
        action='store_true',
        help='keep the features before the head as well',
    )
    add_weights(parser)
    add_device(parser)
    add_config_options(parser)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Other images are no split, and have a file of their own."""
    if args.images is None:
        return
    if args.split != 'test':
        parser.error('--images are predicted instead of a --split: leave it')
    if args.out is None:
        parser.error('--images needs --out FILE.npz')


def run(args: argparse.Namespace) -> None:
    """Check, predict and write."""
    dump_predictions(
        args.run,
        args.checkpoint,
        args.split,
        args.out,
        args.features,
        args.device,
        args.overlays,
        args.cfg_options,
        args.weights,
        args.images,
    )
