"""Draw one picture of finished runs, as PNG, SVG or PDF.

python tools/analysis_tools/plot.py PICTURE WORK_DIR [...] --out FILE
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
import mmlt.datasets
import mmlt.engine
import mmlt.models  # noqa: F401
from mmlt.evaluation import chosen_classes, feature_map_points
from mmlt.evaluation.run_numbers import MATRIX_CLASSES
from mmlt.fileio import check_can_write, whole_file
from mmlt.report import (
    by_recipe,
    check_same_test_set,
    load_run,
    pictures,
    set_names,
)
from mmlt.report.pictures import Picture
from mmlt.visualization import save_figure, side_by_side, theme
from mmlt.visualization.style import check_picture_path

# name of a command -> what it draws
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


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Draw a picture of finished runs. Config and checkpoint '
        'are found in the work directory; predictions on the test set are '
        'made where they are not there yet, and kept beside the checkpoint.',
        epilog='Example: python tools/analysis_tools/plot.py reliability '
        'work_dirs/ce/resnet20_digitslt work_dirs/fcc/resnet20_digitslt '
        '--shots --out reliability.png',
    )
    commands = parser.add_subparsers(
        dest='picture', required=True, metavar='PICTURE'
    )
    for name, text in PICTURES.items():
        command = commands.add_parser(
            name,
            help=text,
            description=f'Draw: {text}.',
            epilog=f'Example: python tools/analysis_tools/plot.py {name} '
            f'work_dirs/fcc/resnet20_digitslt --out {name}.svg',
        )
        command.add_argument(
            'work_dirs', nargs='+', type=Path, help='folders of finished runs'
        )
        command.add_argument(
            '--out',
            type=Path,
            required=True,
            help='file; .png, .svg or .pdf',
        )
        command.add_argument(
            '--names', nargs='+', help='a name for every work directory'
        )
        command.add_argument(
            '--theme', choices=['light', 'dark'], default='light'
        )
        command.add_argument(
            '--dpi', type=float, default=200, help='of a PNG (200)'
        )
        command.add_argument(
            '--columns', type=int, help='panels in a row (at most 3)'
        )
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
            command.add_argument(
                '--method', choices=['pca', 'tsne'], default='pca'
            )
            command.add_argument(
                '--classes',
                nargs='+',
                type=int,
                help='class numbers (the class with most training images, '
                'the middle one and the last)',
            )
            command.add_argument(
                '--seed', type=int, default=0, help='of draw and t-SNE (0)'
            )
    args = parser.parse_args(arguments)
    if args.columns is not None and args.columns < 1:
        parser.error(f'--columns must be at least 1, but is {args.columns}')
    return args


def bar(items: Iterable, words: str) -> Iterable:
    """A progress bar on the error stream, where that is a terminal."""
    console = Console(stderr=True)
    return track(items, words, console=console, transient=True)


def make_picture(args: argparse.Namespace, loaded: list) -> Picture | None:
    """The picture that the command names."""
    records = [record for record, _ in loaded]
    if args.picture == 'reliability':
        return pictures.reliability(records, args.shots)
    if args.picture == 'features':
        return pictures.features(records, feature_maps(args, loaded))
    return getattr(pictures, args.picture)(records)


def feature_maps(args: argparse.Namespace, loaded: list) -> dict:
    """The map of the first run of each recipe."""
    records = [record for record, _ in loaded]
    size = len(records[0]['class_counts'])
    classes = args.classes or chosen_classes(records[0]['class_counts'])
    wrong = [c for c in classes if not 0 <= c < size]
    if wrong:
        raise ValueError(
            f'Expected --classes from 0 to {size - 1}, but got {wrong[0]}.'
        )
    maps = {}
    for name, group in by_recipe(records).items():
        p = next(p for record, p in loaded if record is group[0])
        placed = feature_map_points(
            p.features, p.labels, classes, args.method, seed=args.seed
        )
        maps[name] = {args.method: placed}
    return maps


def run(args: argparse.Namespace) -> Path:
    """Read, draw and write; the file name is checked before the work."""
    check_picture_path(args.out)
    check_can_write(args.out)
    train = getattr(args, 'train', False)
    loaded = [
        load_run(path, partial(bar, words=f'predicting {path}'), train)
        for path in args.work_dirs
    ]
    records = [record for record, _ in loaded]
    check_same_test_set(records)
    set_names(records, args.names)
    picture = make_picture(args, loaded)
    if picture is None:
        raise ValueError(
            f'Expected runs with something to draw for {args.picture!r}, but '
            'these have nothing. '
            + {
                'compression': 'Name FCC runs of at least two strategies.',
                'curves': 'Their logs (vis_data/scalars.json) are missing.',
                'confusion': f'Above {MATRIX_CLASSES} classes none is kept.',
            }.get(
                args.picture,
                'Their heads are no densities, or the classes are more than '
                f'{MATRIX_CLASSES}.',
            )
        )
    panels = picture.panels
    with theme(args.theme):
        figure = side_by_side(
            [partial(_draw, panel) for panel in panels],
            args.columns or columns_of(len(panels), len(by_recipe(records))),
            max(panel.width for panel in panels),
            max(panel.height for panel in panels),
        )
        with whole_file(args.out) as draft:
            save_figure(figure, draft, args.dpi)
    return args.out


def _draw(panel, figure) -> None:
    panel.draw(figure)


def columns_of(panels: int, runs: int) -> int:
    """A row per run where there are several panels of each, else three."""
    each = panels // max(runs, 1)
    return each if runs > 1 and each > 1 and panels % runs == 0 else 3


def main() -> None:
    """Run it; an error is one line and exit status 1."""
    args = parse_args()
    try:
        path = run(args)
    except (OSError, ValueError, TypeError, KeyError) as error:
        sys.exit(f'error: {error}')
    print(f'Wrote {path}')


if __name__ == '__main__':
    os.environ.setdefault('LOCAL_RANK', '0')
    main()
