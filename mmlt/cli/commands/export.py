"""Export a trained model: TorchScript, ONNX or plain mmpretrain."""

import argparse
import warnings

from mmlt.cli.options import (
    add_config_options,
    add_trust,
    add_weights,
    chosen,
)
from mmlt.cli.values import positive, whole_number
from mmlt.export.exporter import SUFFIX, ExportSettings, export_run
from mmlt.posthoc.calibrator_file import DEFAULT

TOOL = 'tools/export.py'
DESCRIPTION = (
    'Export a trained model to TorchScript, ONNX, or a checkpoint and config '
    'of plain mmpretrain, with what only training needs left out. The logits '
    "are compared with the original's before anything is written; nothing is "
    'overwritten.'
)
EXAMPLE = (
    'configs/vmf/resnet20_digitslt.py '
    'work_dirs/vmf/resnet20_digitslt/epoch_40.pth '
    '--to onnx --out vmf_digits.onnx --with-preprocessing'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, and its new form."""
    parser.add_argument(
        'config', help='config of the training, or its work directory alone'
    )
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='checkpoint (default: the last of the work directory)',
    )
    parser.add_argument('--to', choices=SUFFIX, required=True)
    parser.add_argument(
        '--out',
        required=True,
        metavar='FILE',
        help='.pt, .onnx, or .pth (mmpretrain; the config goes beside it)',
    )
    parser.add_argument(
        '--with-preprocessing',
        action='store_true',
        help='the model takes RGB pixel values, uint8 (N, 3, H, W), instead '
        'of normalized ones',
    )
    parser.add_argument(
        '--output',
        choices=['logits', 'probabilities'],
        default='logits',
        help='what the model gives (default: logits)',
    )
    parser.add_argument(
        '--calibrated',
        nargs='?',
        const=DEFAULT,
        metavar='NAME',
        help='with a calibrator that `mmlt posthoc` fitted for this '
        f'checkpoint inside (without a name: {DEFAULT})',
    )
    parser.add_argument(
        '--size',
        action='store',
        type=whole_number(1),
        nargs='+',
        metavar='PIXELS',
        help='side, or height and width, of the images (default: those of '
        'the test pipeline)',
    )
    parser.add_argument(
        '--tolerance',
        type=positive,
        default=1e-6,
        help='largest difference of a logit, as a part of the largest logit '
        '(default: 1e-6)',
    )
    add_weights(parser)
    add_config_options(parser)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """What does not go together."""
    if args.to == 'mmpretrain' and args.with_preprocessing:
        parser.error(
            '--with-preprocessing: an mmpretrain config has a data '
            'preprocessor already'
        )
    if args.to == 'mmpretrain' and (
        args.calibrated or args.output != 'logits'
    ):
        parser.error(
            '--calibrated and --output: an mmpretrain config has no place '
            'for them; take torchscript or onnx'
        )
    if args.calibrated and args.weights == 'plain':
        parser.error(
            '--calibrated and --weights plain: the calibrator was fitted to '
            'the moving average'
        )
    if args.size and len(args.size) > 2:
        parser.error('--size takes one number, or height and width')


def run(args: argparse.Namespace) -> None:
    """Export, and say what was written."""
    # of torch's exporters, about their own future
    warnings.filterwarnings('ignore')
    print(export_run(chosen(args, ExportSettings)))
