"""Evaluate predictions of any framework: numbers, tables, pictures, a page."""

import argparse
import shlex
from functools import partial
from pathlib import Path

from mmlt.cli.options import (
    add_calibrators,
    add_shot_limits,
    check_shot_limits,
)
from mmlt.cli.progress import bar
from mmlt.fileio import check_can_write
from mmlt.posthoc.calibrators import CALIBRATORS
from mmlt.posthoc.comparison import calibration_numbers
from mmlt.predictions import (
    read_class_names,
    read_counts,
    read_predictions,
)
from mmlt.predictions.columns import KINDS
from mmlt.report.make import report_of
from mmlt.report.names import by_recipe, check_same_test_set, with_names
from mmlt.report.page import check_report_folder
from mmlt.report.record import RunRecord, record_of_predictions
from mmlt.structures import Predictions

TOOL = 'tools/evaluate.py'
DESCRIPTION = (
    'Evaluate predictions of any framework: accuracy, balanced error, AUROC '
    '(one class against all others, a mean over the classes) and calibration, '
    'by many-, medium- and few-shot classes and by class, as one page that '
    'needs no network (index.html), README.md, tables/*.csv, pictures/*.svg '
    'and numbers/*.json. Files: .npz, .csv, .tsv, .parquet, or a pickle '
    '(.pkl, .pt), which is read without running anything of it. Name the '
    'scores `logits` or `probabilities` (N, C) and the labels `labels` (N,); '
    'in a table, a column `label` and a column for each class, `logit_CLASS` '
    'or `probability_CLASS`, where CLASS is the name of the class or its '
    'number from 0.'
)
EXAMPLE = '--predictions p.npz --train-counts counts.csv --out report'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Files of predictions, and what is known of the classes."""
    parser.add_argument(
        '--predictions',
        nargs='+',
        type=Path,
        required=True,
        metavar='FILE',
        help='predictions on the test set, a file for each model or training '
        '(all of the same test images, in the same order)',
    )
    parser.add_argument(
        '--train-counts',
        type=Path,
        metavar='FILE',
        help='training images of each class: CSV lines of class,count, or '
        'JSON (default: `class_counts` of an .npz)',
    )
    parser.add_argument(
        '--names',
        type=Path,
        metavar='FILE',
        help='names of the classes, one a line, in the order of the scores',
    )
    parser.add_argument(
        '--models',
        nargs='+',
        metavar='NAME',
        help='a name for each file (default: that of the file); files of one '
        'name are trainings of one model, whose mean and deviation are shown',
    )
    parser.add_argument(
        '--kind',
        choices=KINDS,
        help='what the scores are, where their name does not say it',
    )
    parser.add_argument(
        '--held-out',
        nargs='+',
        type=Path,
        metavar='FILE',
        help='predictions on held-out images, a file for each of '
        '--predictions: calibrators are fitted on them',
    )
    add_calibrators(parser, CALIBRATORS, 'with --held-out; ')
    add_shot_limits(parser)
    parser.add_argument('--title', help='of the page')
    parser.add_argument(
        '--out', type=Path, default=Path('report'), help='folder (report)'
    )


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """As many names and held-out files as files of predictions."""
    files = len(args.predictions)
    for option in ('models', 'held_out'):
        given = getattr(args, option)
        if given is not None and len(given) != files:
            parser.error(
                f'argument --{option.replace("_", "-")}: expected one for '
                f'each of {files} files of predictions, but got {len(given)}'
            )
    check_shot_limits(parser, args)


def run(args: argparse.Namespace) -> None:
    """Read, check, fit, and write the page."""
    check_report_folder(args.out)
    check_can_write(args.out / 'numbers', folder=True)
    names = args.names and read_class_names(args.names)
    counts = names_from = None
    if args.train_counts:
        counts, found = read_counts(args.train_counts, names)
        names_from = args.train_counts if found else None
        names = names or found
    tested: list[Predictions] = []
    for path in args.predictions:
        tested.append(
            read_predictions(
                path, counts, names, args.kind, 'test', names_from
            )
        )
        if names is None and tested[-1].class_names and counts is not None:
            names_from = path
        names = names or tested[-1].class_names  # one order for all
    held = [
        read_predictions(
            path, counts, names, args.kind, 'held-out', names_from
        )
        for path in args.held_out or ()
    ]
    fitted = [None] * len(tested)
    if held:
        fitted = [
            calibration_of(args, *pair)
            for pair in zip(held, tested, strict=True)
        ]
    records = records_of(args, tested, fitted)
    command = f'{args.program} {shlex.join(args.arguments)}'
    loaded = list(zip(records, tested, strict=True))
    files = report_of(
        loaded, args.out, command, progress=bar, heading=args.title
    )
    for name, group in by_recipe(records).items():
        print(f'{name}: {line_of(group[0])}')
    for fitted_on, path in zip(
        args.held_out or (), args.predictions, strict=False
    ):
        print(f'calibrators of {path}: fitted on {fitted_on}')
    print(f'Wrote {len(files)} files. Open {args.out / "index.html"}')


def calibration_of(
    args: argparse.Namespace, held: Predictions, tested: Predictions
) -> dict:
    """What calibrators that are fitted on held-out predictions do to others.

    Returns:
        The field ``calibration`` of a :class:`~mmlt.report.RunRecord`.
    """
    if 'config_hash' not in tested.meta:
        # two files of others: nothing says that they are of one checkpoint
        held.meta['checkpoint_hash'] = tested.meta.get('checkpoint_hash')
    return calibration_numbers(
        held,
        tested,
        args.calibrators,
        partial(bar, words='fitting'),
        args.many,
        args.few,
    )


def records_of(
    args: argparse.Namespace,
    tested: list[Predictions],
    fitted: list[dict | None],
) -> list[RunRecord]:
    """Named records of the files, which can be compared."""
    models = args.models or names_of(args.predictions)
    records = [
        record_of_predictions(
            predictions,
            model,
            models[: i + 1].count(model) if models.count(model) > 1 else None,
            args.many,
            args.few,
            calibration,
        )
        for i, (predictions, model, calibration) in enumerate(
            zip(tested, models, fitted, strict=True)
        )
    ]
    check_same_test_set(records)
    return with_names(records, models)


def names_of(paths: list[Path]) -> list[str]:
    """Names of files that tell them apart: stems, with folders if need be."""
    for parts in range(1, max(len(path.parts) for path in paths) + 1):
        names = ['/'.join(p.with_suffix('').parts[-parts:]) for p in paths]
        if len(set(names)) == len(paths):
            return names
    return [f'{path} ({i})' for i, path in enumerate(paths, 1)]


def line_of(record: RunRecord) -> str:
    """The numbers that one looks at first."""
    shown = {
        'top-1': 'top1',
        'macro': 'macro_accuracy',
        'many': 'many',
        'medium': 'medium',
        'few': 'few',
        'AUROC': 'auroc',
        'ECE': 'ece',
    }
    return ', '.join(
        f'{words} {value:.2f} %'
        for words, key in shown.items()
        if (value := record.numbers[key]) is not None
    )
