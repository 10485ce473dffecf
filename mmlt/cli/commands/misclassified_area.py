"""The misclassified area of FCC on training and test images."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from mmlt.cli.options import add_tables, add_trust
from mmlt.cli.predictions import run_predictions
from mmlt.evaluation.area_rows import area_rows
from mmlt.report.table import check_table_path, print_table, write_table
from mmlt.runs.dump import load_predictions
from mmlt.structures import Predictions

TOOL = 'tools/analysis_tools/misclassified_area.py'
DESCRIPTION = (
    'Share of images whose prediction differs between the scaled and the '
    'original feature, on training and test images, whole, per shot group, '
    'and (with --per-class) per class. lost: right with the scaled feature '
    "alone, the appendix's area."
)
EXAMPLE = 'work_dirs/fcc/resnet20_digitslt --out area.md'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The predictions, and how they are scaled."""
    parser.add_argument(
        'predictions',
        nargs='*',
        help='.npz files of dump_predictions.py, or one work directory: its '
        'predictions on train and test are written where they are not yet',
    )
    parser.add_argument(
        '--gamma',
        type=float,
        help='strength of an equal-difference FCC (default: what the '
        'network was trained with); for a network trained without',
    )
    parser.add_argument(
        '--per-class', action='store_true', help='a row for every class'
    )
    parser.add_argument(
        '--demonstration',
        metavar='PICTURE',
        help='no predictions: draw the three cases of the appendix for a '
        'network of 3, 3 and 2 neurons (.svg, .png or .pdf), and print what '
        'is lost',
    )
    add_tables(parser)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Predictions, or the demonstration, which needs none."""
    if args.predictions and args.demonstration:
        parser.error('--demonstration has a network of its own: name no run')
    if not args.predictions and not args.demonstration:
        parser.error(
            'name a work directory or .npz files, or --demonstration PICTURE'
        )


def read_predictions(arguments: list[str]) -> Iterator[Predictions]:
    """Those of the files; or of a run, on training and test images."""
    if len(arguments) > 1 or not Path(arguments[0]).is_dir():
        yield from map(load_predictions, arguments)
        return
    for split in ('train', 'test'):
        yield run_predictions(arguments[0], split)


def run(args: argparse.Namespace) -> None:
    """Check, compute, print and write."""
    for path in args.out:
        check_table_path(path)
    if args.demonstration:
        # the command line stays fast: matplotlib is imported where it draws
        from mmlt.report.planes import make_demonstration

        rows = make_demonstration(args.demonstration)
        print_table(rows)
        for out in args.out:
            write_table(out, rows, {})
        return
    rows, facts = [], {}
    for predictions in read_predictions(args.predictions):
        rows += area_rows(predictions, args.gamma, args.per_class)
        facts[predictions.meta['split']] = predictions.source
    print_table(rows)
    for out in args.out:
        write_table(out, rows, facts)
