"""Calibrate a trained classifier by the overlap of its classes."""

import argparse

from mmengine.logging import MMLogger

from mmlt.cli.main import sibling
from mmlt.cli.options import add_config_options, add_device, add_trust, chosen
from mmlt.cli.values import seed
from mmlt.posthoc.calibrated_checkpoint import (
    ALPHAS,
    OverlapSettings,
    calibrate_checkpoint,
)
from mmlt.posthoc.overlap import BIAS_AT, CRITERIA

TOOL = 'tools/calibrate_overlap.py'
DESCRIPTION = (
    "Calibrate a trained classifier by the overlap of its classes: kappa' = "
    'kappa^alpha o^(1-alpha). Without --alpha it is chosen on a part of the '
    'training set, never on the test set. Nothing is overwritten.'
)
EXAMPLE = (
    'configs/vmf/resnet20_digitslt.py '
    'work_dirs/vmf/resnet20_digitslt/epoch_40.pth '
    '--out work_dirs/vmf/resnet20_digitslt/calibrated'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, and how alpha is found."""
    parser.add_argument('config', help='config of the training')
    parser.add_argument('checkpoint', help='checkpoint of the training')
    parser.add_argument(
        '--out',
        required=True,
        metavar='PREFIX',
        help='writes PREFIX.pth and PREFIX.py',
    )
    parser.add_argument(
        '--alpha',
        type=float,
        help='share of the learned concentration, in [0, 1]; 1 changes '
        'nothing (default: chosen)',
    )
    parser.add_argument(
        '--alphas',
        type=float,
        nargs='+',
        default=ALPHAS,
        help='candidates to choose from (default: 0, 0.1, ..., 1)',
    )
    parser.add_argument(
        '--criterion',
        choices=CRITERIA,
        default='accuracy',
        help='what the choice maximizes on the held-out part, as a mean over '
        'classes: accuracy (default), or the log-likelihood',
    )
    parser.add_argument(
        '--choose-on',
        choices=['train', 'val'],
        default='train',
        help='a part of the training images (default), or the validation set '
        'of the config, which is refused where it is the test set',
    )
    parser.add_argument(
        '--fraction',
        type=float,
        default=0.2,
        help='share of each class that is held out (default: 0.2); not used '
        'where the config trains with HeldOutSplit',
    )
    parser.add_argument(
        '--seed', type=seed, default=0, help='seed of the held-out part'
    )
    parser.add_argument(
        '--bias-at',
        choices=BIAS_AT,
        default='published',
        help='where the bias b of a vMF classifier is computed: at the '
        'trained kappa, as in the published code (default), or at the '
        'calibrated one',
    )
    add_device(parser)
    add_config_options(parser)
    add_trust(parser)


def run(args: argparse.Namespace) -> None:
    """Calibrate, and say what was written."""
    args.test_program = sibling(args.program, 'test')
    calibrate_checkpoint(
        chosen(args, OverlapSettings),
        MMLogger.get_instance('calibrate_overlap'),
    )
