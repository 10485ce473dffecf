"""Accuracy on test sets with other class frequencies, from one dump.

python tools/analysis_tools/test_agnostic.py RUN
"""

import argparse
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.evaluation.prior_shift_evaluation import (
    test_distributions,
    weighted_row,
)
from mmlt.posthoc.calibrators import check_counts
from mmlt.report.table import (
    check_table_path,
    markdown_table,
    write_table,
)
from mmlt.structures import Predictions, load_predictions

PRIORS = ('train', 'uniform')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Accuracy, ECE and NLL on forward and backward '
        'long-tailed test distributions: as the network says, with the '
        'class prior of the test set known, and with it estimated from the '
        'predictions (no label is looked at). Expected values under class '
        'weights; with --subset-seed, of one drawn subset.',
        epilog='Example: python tools/analysis_tools/test_agnostic.py '
        'work_dirs/ce/resnet20_digitslt --ratios 50 10 2 '
        '--out test_agnostic.md',
    )
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
        type=int,
        help='draw one subset per distribution, as SADE and LADE do, '
        'instead of weighting all images',
    )
    parser.add_argument(
        '--out',
        nargs='+',
        default=[],
        metavar='FILE',
        help='tables: .md, .csv or .json',
    )
    return parser.parse_args()


def source_prior(args: argparse.Namespace, predictions: Predictions):
    """(C,) prior that the probabilities hold.

    Raises:
        ValueError: If the dump does not know it and nobody said.
    """
    name = args.model_prior or predictions.meta.get('model_prior')
    if name not in PRIORS:
        raise ValueError(
            'Expected to know which class prior the probabilities hold, but '
            'the dump does not say. Name it: --model-prior train (plain '
            'cross-entropy) or --model-prior uniform (balanced softmax, '
            'logit adjustment).'
        )
    counts = predictions.class_counts.double()
    if name == 'train':
        return check_counts(counts), name
    return torch.ones_like(counts), name


def run(args: argparse.Namespace) -> list[dict]:
    """Check, compute, print and write."""
    for path in args.out:
        check_table_path(path)
    path = Path(args.predictions)
    if path.is_dir():
        # the network is needed for this alone; the output is for the table
        with redirect_stdout(sys.stderr):
            import dump_predictions

            path = dump_predictions.dump_once(args.predictions, 'test')
    predictions = load_predictions(path)
    source, name = source_prior(args, predictions)
    rows = []
    console = Console(stderr=True)
    settings = test_distributions(predictions.class_counts, args.ratios)
    for label, prior in track(
        settings.items(), 'distributions', console=console, transient=True
    ):
        rows.append(
            {'test set': label}
            | weighted_row(
                predictions.logits,
                predictions.labels,
                source,
                prior,
                args.subset_seed,
            )
        )
    facts = {
        'predictions': path.name,
        'split': predictions.meta['split'],
        'model prior': name,
        'test sets': 'expected under class weights'
        if args.subset_seed is None
        else f'one subset, seed {args.subset_seed}',
        'checkpoint': predictions.source,
    }
    print(markdown_table(rows))
    for key, value in facts.items():
        print(f'{key}: {value}')
    for out in args.out:
        write_table(out, rows, facts)
    return rows


def main() -> None:
    """Run it; an error is one line."""
    args = parse_args()
    try:
        run(args)
    except (OSError, ValueError, TypeError, KeyError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    os.environ.setdefault('LOCAL_RANK', '0')
    main()
