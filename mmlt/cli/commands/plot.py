"""Draw one picture of finished runs, as PNG, SVG or PDF."""

import argparse
from functools import partial
from pathlib import Path

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.cli.options import add_trust, chosen
from mmlt.cli.predictions import load_predicted_run, say_incomplete
from mmlt.cli.values import positive, seed, whole_number
from mmlt.report.make import PictureSettings, make_picture

TOOL = 'tools/analysis_tools/plot.py'
DESCRIPTION = (
    'Draw a picture of finished runs. Config and checkpoint are found in the '
    'work directory; predictions on the test set are made where they are not '
    'there yet, and kept beside the checkpoint.'
)
EXAMPLE = (
    'reliability work_dirs/ce/resnet20_digitslt '
    'work_dirs/fcc/resnet20_digitslt --shots --out reliability.png'
)
# name of a picture -> what it shows
PICTURES = {
    'reliability': 'reliability diagrams, with --shots of each shot group',
    'recall': 'recall of each class, the runs side by side',
    'confusion': 'confusion matrices side by side',
    'compression': 'accuracy by compression strategy (several FCC runs)',
    'features': 'map of the features of a few classes, PCA or t-SNE',
    'spread': 'spread of the clusters against the training images',
    'kappa': 'concentration of the classes against the training images',
    'overlap': 'overlap of the class distributions',
    'curves': 'loss, accuracy and calibration error over the epochs',
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A parser for each picture."""
    parser.set_defaults(shots=False, train=False)
    parser.set_defaults(method='pca', classes=None, seed=0)
    program = parser.get_default('program')
    commands = parser.add_subparsers(
        dest='picture', required=True, metavar='PICTURE'
    )
    for name, text in PICTURES.items():
        command = commands.add_parser(
            name,
            help=text,
            description=f'Draw: {text}.',
            epilog=f'Example: {program} {name} '
            f'work_dirs/fcc/resnet20_digitslt --out {name}.svg',
        )
        add_picture_arguments(command)
        if name == 'reliability':
            command.add_argument(
                '--shots', action='store_true', help='each shot group too'
            )
        if name == 'spread':
            command.add_argument(
                '--train',
                action='store_true',
                help='of the training images too',
            )
        if name == 'features':
            add_map_arguments(command)
    add_trust(parser)


def add_picture_arguments(parser: argparse.ArgumentParser) -> None:
    """What every picture has."""
    parser.add_argument(
        'work_dirs', nargs='+', type=Path, help='folders of finished runs'
    )
    parser.add_argument(
        '--out', type=Path, required=True, help='file; .png, .svg or .pdf'
    )
    parser.add_argument(
        '--names', nargs='+', help='a name for every work directory'
    )
    parser.add_argument('--theme', choices=['light', 'dark'], default='light')
    parser.add_argument(
        '--dpi',
        type=positive,
        default=200,
        help='of a PNG (200)',
    )
    parser.add_argument(
        '--columns', type=whole_number(1), help='panels in a row (at most 3)'
    )


def add_map_arguments(parser: argparse.ArgumentParser) -> None:
    """What a feature map has besides."""
    parser.add_argument('--method', choices=['pca', 'tsne'], default='pca')
    parser.add_argument(
        '--classes',
        nargs='+',
        type=whole_number(0),
        help='class numbers (the class with most training images, the '
        'middle one and the last)',
    )
    parser.add_argument(
        '--seed', type=seed, default=0, help='of draw and t-SNE (0)'
    )


def run(args: argparse.Namespace) -> None:
    """Draw it, and say where it is."""
    say_incomplete(args.work_dirs)
    load = partial(load_predicted_run, train=getattr(args, 'train', False))
    make_picture(args.work_dirs, chosen(args, PictureSettings), load)
    print(f'Wrote {args.out}')
