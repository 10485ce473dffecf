"""Compare finished runs: one page with tables, pictures and commands."""

import argparse
import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.cli.options import (
    add_calibrators,
    add_shot_limits,
    add_trust,
    check_shot_limits,
)
from mmlt.cli.predictions import load_predicted_run, say_incomplete
from mmlt.cli.progress import bar
from mmlt.posthoc.calibrators import CALIBRATORS
from mmlt.report.logged_page import make_logged_report
from mmlt.report.make import make_report
from mmlt.runs.folder import classifies_images
from mmlt.runs.shown_images import read_test_images

TOOL = 'tools/analysis_tools/report.py'
DESCRIPTION = (
    'Compare finished runs: writes index.html (one page that needs no '
    'network), README.md (the same in Markdown), tables/*.csv, '
    'pictures/*.svg, and the numbers of every run as JSON. Runs of one '
    'recipe with different seeds are taken together; differences are to the '
    'first recipe. Predictions on the test set are made where they are not '
    'there yet, and kept beside the checkpoint. Runs of segmentation and '
    'detection are compared by the last evaluation in their logs.'
)
EXAMPLE = (
    'work_dirs/ce/resnet20_digitslt work_dirs/fcc/resnet20_digitslt '
    '--out report'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The runs, and what is said of them."""
    parser.add_argument(
        'work_dirs', nargs='+', type=Path, help='folders of finished runs'
    )
    parser.add_argument(
        '--out', type=Path, default=Path('report'), help='folder (report)'
    )
    parser.add_argument(
        '--names', nargs='+', help='a name for every work directory'
    )
    parser.add_argument(
        '--numbers',
        type=Path,
        help='folder for the JSON files (default: numbers/ in --out)',
    )
    parser.add_argument(
        '--train',
        action='store_true',
        help='measure spread and misclassified area on the training images '
        'too (where predictions_train.npz is there, that is done anyway)',
    )
    parser.add_argument(
        '--no-maps',
        action='store_true',
        help='leave out the feature maps, of which t-SNE takes most time',
    )
    parser.add_argument('--title', help='of the page')
    add_calibrators(
        parser,
        CALIBRATORS,
        'fitted where predictions_held-out.npz or predictions_val.npz is '
        'there (mmlt dump-predictions RUN --split val makes it); ',
    )
    add_shot_limits(parser, defaults=False)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """The limits of the shot groups are in order."""
    check_shot_limits(parser, args)


def command_of(args: argparse.Namespace) -> str:
    """The command that makes this report again."""
    parts = [*map(str, args.work_dirs), '--out', str(args.out)]
    if args.names:
        parts += ['--names', *args.names]
    if args.numbers:
        parts += ['--numbers', str(args.numbers)]
    if args.train:
        parts.append('--train')
    if args.no_maps:
        parts.append('--no-maps')
    for option in ('title', 'many', 'few'):
        if getattr(args, option) is not None:
            parts += [f'--{option}', str(getattr(args, option))]
    if args.calibrators != list(CALIBRATORS):
        parts += ['--calibrators', *args.calibrators]
    return f'{args.program} {shlex.join(parts)}'


def run(args: argparse.Namespace) -> None:
    """Make the report, and say where it is."""
    if of_logs(args.work_dirs):
        files = make_logged_report(
            args.work_dirs,
            args.out,
            command_of(args),
            args.names,
            args.numbers,
            args.title,
        )
    else:
        files = of_predictions(args)
    print(f'Wrote {len(files)} files. Open {args.out / "index.html"}')


def of_logs(work_dirs: Sequence[Path]) -> bool:
    """Whether runs are of segmentation or detection.

    Raises:
        ValueError: If some are, and some are not.
    """
    logged = [not classifies_images(path) for path in work_dirs]
    if any(logged) and not all(logged):
        one, other = work_dirs[logged.index(True)], logged.index(False)
        raise ValueError(
            f'Expected runs of one task, but {one} classifies no images as '
            f'{work_dirs[other]} does. Make one report for each task.'
        )
    return all(logged)


def of_predictions(args: argparse.Namespace) -> list[Path]:
    """The report of runs that classify images, by their predictions."""
    say_incomplete(args.work_dirs)
    return make_report(
        args.work_dirs,
        args.out,
        command_of(args),
        args.names,
        args.numbers,
        not args.no_maps,
        bar,
        partial(
            load_predicted_run,
            train=args.train,
            many=args.many,
            few=args.few,
            calibrators=args.calibrators,
        ),
        args.title,
        read_test_images,
    )
