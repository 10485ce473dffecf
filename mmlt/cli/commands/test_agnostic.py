"""Accuracy on test sets with other class frequencies, from one dump."""

import argparse
from functools import partial
from pathlib import Path

from mmlt.cli.options import add_tables, add_trust
from mmlt.cli.predictions import run_predictions
from mmlt.cli.progress import bar
from mmlt.cli.values import seed
from mmlt.posthoc.prior_shift import (
    PRIOR_ERROR,
    PRIORS,
    prior_in_probabilities,
    prior_shift_rows,
    with_units,
)
from mmlt.report.table import check_table_path, print_table, write_table
from mmlt.runs.dump import load_predictions

TOOL = 'tools/analysis_tools/test_agnostic.py'
DESCRIPTION = (
    'Accuracy, ECE and NLL on forward and backward long-tailed test '
    'distributions: as the network says, with the class prior of the test '
    'set known, and with it estimated from the predictions (no label is '
    'looked at). Expected values under class weights; with --subset-seed, of '
    'one drawn subset.'
)
EXAMPLE = (
    'work_dirs/ce/resnet20_digitslt --ratios 50 10 2 --out test_agnostic.md'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The predictions, and the test sets asked about."""
    parser.add_argument(
        'predictions',
        help='.npz of dump_predictions.py, or a work directory: its '
        'predictions on the test set are written where they are not yet',
    )
    parser.add_argument(
        '--ratios',
        type=float,
        nargs='+',
        default=[50, 25, 10, 5, 2],
        help='most over least frequent class (default: 50 25 10 5 2)',
    )
    parser.add_argument(
        '--model-prior',
        choices=PRIORS,
        help='class prior that the probabilities hold: train for plain '
        'cross-entropy, uniform for balanced softmax, logit adjustment and '
        'the like (default: what the dump says)',
    )
    parser.add_argument(
        '--subset-seed',
        type=seed,
        help='draw one subset per distribution, as SADE and LADE do, '
        'instead of weighting all images',
    )
    add_tables(parser)
    add_trust(parser)


def run(args: argparse.Namespace) -> None:
    """Check, compute, print and write."""
    for path in args.out:
        check_table_path(path)
    path = Path(args.predictions)
    if path.is_dir():
        predictions = run_predictions(args.predictions, 'test')
        path = path / 'predictions_test.npz'
    else:
        predictions = load_predictions(path)
    source, name = prior_in_probabilities(predictions, args.model_prior)
    rows = prior_shift_rows(
        predictions,
        source,
        args.ratios,
        args.subset_seed,
        partial(bar, words='distributions'),
    )
    facts = {
        'predictions': path.name,
        'split': predictions.meta['split'],
        'model prior': name,
        'test sets': 'expected under class weights'
        if args.subset_seed is None
        else f'one subset, seed {args.subset_seed}',
        'prior error': PRIOR_ERROR,
        'checkpoint': predictions.source,
    }
    rows = with_units(rows)
    print_table(rows, facts)
    for out in args.out:
        write_table(out, rows, facts)
