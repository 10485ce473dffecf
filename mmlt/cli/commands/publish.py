"""Make a checkpoint ready to be handed on."""

import argparse

from mmlt.cli.options import add_trust
from mmlt.export.publish import publish, read_weights, without_training

TOOL = 'tools/publish_model.py'
DESCRIPTION = (
    'Drop the state of the training from a checkpoint, and put the date and '
    'its sha256 into the name. Class counts, in the weights, are kept.'
)
EXAMPLE = (
    'work_dirs/fcc/resnet32_cifar10lt/epoch_200.pth fcc_resnet32_cifar10lt.pth'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From where to where."""
    parser.add_argument('in_file', help='checkpoint of a training')
    parser.add_argument('out_file', help='begins the name of the new file')
    parser.add_argument(
        '--no-ema',
        action='store_true',
        help='publish the weights of the last step, where the checkpoint has '
        'their moving average besides (default: the average)',
    )
    add_trust(parser)


def run(args: argparse.Namespace) -> None:
    """Publish, and say under which name."""
    content = read_weights(args.in_file)
    content = without_training(content, ema=not args.no_ema)
    print(f'{publish(content, args.out_file)} written')
