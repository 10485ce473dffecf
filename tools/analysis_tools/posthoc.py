"""Fit calibrators on held-out predictions, and report what each does.

python tools/analysis_tools/posthoc.py --fit held-out.npz --eval test.npz
"""

import argparse
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.progress import track

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.evaluation import summarize
from mmlt.posthoc.calibrators import (
    CALIBRATORS,
    check_fit_split,
    check_not_test,
)
from mmlt.report.table import (
    check_table_path,
    markdown_table,
    write_table,
)
from mmlt.structures import Predictions, load_predictions

COLUMNS = {
    'acc': 'top1',
    'many': 'many',
    'medium': 'medium',
    'few': 'few',
    'ECE': 'ece',
    'ECE many': 'ece_many',
    'ECE med': 'ece_medium',
    'ECE few': 'ece_few',
    'NLL': 'nll',
    'NLL many': 'nll_many',
    'NLL med': 'nll_medium',
    'NLL few': 'nll_few',
}


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Fit calibrators on a held-out part of training (or a '
        'validation set) and tabulate accuracy, ECE and NLL on the test '
        'set, whole and per shot group. The test set is never fitted on.',
        epilog='Example: python tools/analysis_tools/posthoc.py '
        'work_dirs/vmf/resnet20_digitslt_held-out --out posthoc.md',
    )
    parser.add_argument(
        'run',
        nargs='?',
        help='work directory of a training: its predictions are written '
        'there where they are not yet',
    )
    parser.add_argument('--fit', help='.npz of --split held-out or val')
    parser.add_argument('--eval', help='.npz of --split test')
    parser.add_argument(
        '--fit-split',
        choices=['held-out', 'val', 'test'],
        default='held-out',
        help='what to fit on, with a work directory (default: held-out; '
        'test is refused without the last option)',
    )
    parser.add_argument(
        '--calibrators',
        nargs='+',
        choices=list(CALIBRATORS),
        default=list(CALIBRATORS),
        metavar='NAME',
        help=f'default: all of {", ".join(CALIBRATORS)}',
    )
    parser.add_argument(
        '--out',
        nargs='+',
        default=[],
        metavar='FILE',
        help='tables: .md, .csv, or .json with the fitted parameters',
    )
    parser.add_argument(
        '--i-know-this-is-the-test-set',
        action='store_true',
        help='fit on the test set; the table says so',
    )
    args = parser.parse_args()
    if (args.run is None) == (args.fit is None or args.eval is None):
        parser.error('name a work directory, or --fit FILE and --eval FILE')
    return args


def files_of(args: argparse.Namespace) -> tuple[Path, Path]:
    """Files to fit on and to report on; written where a run lacks them."""
    if args.run is None:
        return Path(args.fit), Path(args.eval)
    if args.fit_split == 'test':
        check_not_test(args.i_know_this_is_the_test_set)
    # the network is needed for this alone; the output is for the table
    with redirect_stdout(sys.stderr):
        import dump_predictions

        return (
            dump_predictions.dump_once(args.run, args.fit_split),
            dump_predictions.dump_once(args.run, 'test'),
        )


def table(
    fit: Predictions, evaluate: Predictions, names: list[str]
) -> tuple[list[dict], dict]:
    """One row per calibrator, and the fitted parameters."""
    rows, parameters = [], {}
    console = Console(stderr=True)
    for name in track(names, 'fitting', console=console, transient=True):
        fitted = CALIBRATORS[name](fit)
        if fitted is None:
            continue
        numbers = summarize(
            fitted.transform(evaluate.logits),
            evaluate.labels,
            evaluate.class_counts,
            kind='logits',
        )['numbers']
        values = {head: numbers[key] for head, key in COLUMNS.items()}
        rows.append({'calibrator': name, **values})
        parameters[name] = fitted.parameters
    return rows, parameters


def run(args: argparse.Namespace) -> list[dict]:
    """Check, fit, print and write."""
    for path in args.out:
        check_table_path(path)
    fit_path, eval_path = files_of(args)
    fit, evaluate = load_predictions(fit_path), load_predictions(eval_path)
    check_fit_split(fit, evaluate, args.i_know_this_is_the_test_set)
    rows, parameters = table(fit, evaluate, args.calibrators)
    if not rows:
        raise ValueError(
            'Expected a calibrator that this classifier has what it takes '
            f'for, but got {args.calibrators} alone.'
        )
    facts = {
        'fitted on': f'{len(fit.labels)} images of {fit.meta["split"]}',
        'reported on': f'{len(evaluate.labels)} images of '
        f'{evaluate.meta["split"]}',
        'checkpoint': fit.source,
        'config_hash': fit.meta.get('config_hash'),
    }
    print(markdown_table(rows))
    for key, value in facts.items():
        print(f'{key}: {value}')
    for path in args.out:
        more = {'parameters': parameters} if path.endswith('.json') else {}
        write_table(path, rows, facts | more)
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
