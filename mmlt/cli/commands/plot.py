"""Draw one picture of finished runs, as PNG, SVG or PDF."""

import argparse
from functools import partial
from pathlib import Path

from mmengine.utils import import_modules_from_strings

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.cli.options import (
    add_config_options,
    add_shot_limits,
    add_trust,
    check_shot_limits,
    chosen,
    shot_limits,
)
from mmlt.cli.predictions import load_predicted_run, say_incomplete
from mmlt.cli.values import positive, seed, whole_number
from mmlt.functional import shot_groups
from mmlt.report.make import PictureSettings, make_picture
from mmlt.report.record import limits_of
from mmlt.runs.folder import config_and_checkpoint
from mmlt.runs.recipes import load_recipe
from mmlt.runs.train_counts import train_counts
from mmlt.visualization import images_by_class, save_figure, theme
from mmlt.visualization.style import check_picture_path

TOOL = 'tools/analysis_tools/plot.py'
DESCRIPTION = (
    'Draw a picture of finished runs, or of the training set of a config. '
    'Config and checkpoint of a run are found in the work directory; '
    'predictions on the test set are made where they are not there yet, and '
    'kept beside the checkpoint.'
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
    add_counts(commands, program)
    add_trust(parser)


def add_counts(commands, program: str) -> None:
    """The picture that needs a config and no run."""
    text = 'training images of each class of a config, by shot group'
    command = commands.add_parser(
        'counts',
        help=text,
        description=f'Draw: {text}.',
        epilog=f'Example: {program} counts bsce/resnet20_digitslt --out '
        'counts.svg',
    )
    command.add_argument(
        'config', help='config file, name of a recipe, or folder of a run'
    )
    add_config_options(command)
    add_out(command)
    add_shot_limits(command, defaults=False)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """The limits of the shot groups are in order."""
    check_shot_limits(parser, args)


def add_picture_arguments(parser: argparse.ArgumentParser) -> None:
    """What every picture has."""
    parser.add_argument(
        'work_dirs', nargs='+', type=Path, help='folders of finished runs'
    )
    parser.add_argument(
        '--names', nargs='+', help='a name for every work directory'
    )
    add_out(parser)
    parser.add_argument(
        '--columns', type=whole_number(1), help='panels in a row (at most 3)'
    )
    add_shot_limits(parser, defaults=False)


def add_out(parser: argparse.ArgumentParser) -> None:
    """The file, and how it is drawn."""
    parser.add_argument(
        '--out', type=Path, required=True, help='file; .png, .svg or .pdf'
    )
    parser.add_argument('--theme', choices=['light', 'dark'], default='light')
    parser.add_argument(
        '--dpi',
        type=positive,
        default=200,
        help='of a PNG (200)',
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
    if args.picture == 'counts':
        draw_counts(args)
    else:
        draw_runs(args)
    print(f'Wrote {args.out}')


def draw_counts(args: argparse.Namespace) -> None:
    """Draw the training images of each class of a config."""
    check_picture_path(args.out)
    config = args.config
    if Path(config).is_dir():
        config, _ = config_and_checkpoint(Path(config), needs_checkpoint=False)
    cfg = load_recipe(config, args.overlays, args.cfg_options)
    if cfg.get('custom_imports'):
        import_modules_from_strings(**cfg.custom_imports)
    counts, names = train_counts(cfg)
    limits = shot_limits(args, limits_of(cfg))
    many, few = limits['many'], limits['few']
    words = (f'more than {many}', f'{few} to {many}', f'fewer than {few}')
    members = shot_groups(counts, many, few)
    groups = {
        f'{name}-shot ({limit})': members[name].tolist()
        for name, limit in zip(members, words, strict=True)
    }
    with theme(args.theme):
        figure = images_by_class(counts, groups, names)
        save_figure(figure, args.out, args.dpi)


def draw_runs(args: argparse.Namespace) -> None:
    """Draw a picture of finished runs."""
    say_incomplete(args.work_dirs)
    load = partial(
        load_predicted_run, train=args.train, many=args.many, few=args.few
    )
    make_picture(args.work_dirs, chosen(args, PictureSettings), load)
