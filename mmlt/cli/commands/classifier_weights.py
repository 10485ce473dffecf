"""Write the first weights of a classifier from the names of its classes."""

import argparse

from mmlt.cli.options import add_trust
from mmlt.runs.text_weights import TEMPLATE, write_text_weights

TOOL = 'tools/classifier_weights.py'
DESCRIPTION = (
    'Give every class the text feature of its name, from the text tower of '
    'CLIP, in the space of the image features: the weights that a cosine '
    'classifier begins with (ClassifierStartHook).'
)
EXAMPLE = (
    'names.txt mmpretrain::clip/clip_vit-base-p16_zeroshot-cls_in1k.py '
    'clip.pth --out data/weights/clip_text_imagenetlt.pth'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The names, the network, and where the weights go."""
    parser.add_argument(
        'names', help='file with a class in each line, by label'
    )
    parser.add_argument('config', help="config of the parent's CLIPZeroShot")
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument('--out', required=True, help='.pth file')
    parser.add_argument(
        '--template',
        nargs='+',
        default=[TEMPLATE],
        metavar='TEXT',
        help='texts with {} for the name of the class, whose features are '
        f'averaged ("{TEMPLATE}")',
    )
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """What is written is a checkpoint."""
    if not args.out.endswith('.pth'):
        parser.error(f'--out needs a .pth file, but is {args.out}')


def run(args: argparse.Namespace) -> None:
    """Write the weights."""
    classes, dim = write_text_weights(
        args.names, args.config, args.checkpoint, args.out, args.template
    )
    print(f'{args.out}: {classes} classes, {dim} features')
