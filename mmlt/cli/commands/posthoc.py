"""Fit calibrators on held-out predictions, and report what each does."""

import argparse
from functools import partial
from pathlib import Path

from mmlt.cli.options import (
    add_calibrators,
    add_shot_limits,
    add_tables,
    add_trust,
    check_shot_limits,
    shot_limits,
)
from mmlt.cli.predictions import run_predictions
from mmlt.cli.progress import bar
from mmlt.functional.shots import SHOT_LIMITS
from mmlt.posthoc.calibrator_file import calibrators_path, save_calibrators
from mmlt.posthoc.calibrators import CALIBRATORS
from mmlt.posthoc.comparison import (
    compare_calibrators,
    compare_on_halves,
    facts_of_comparison,
)
from mmlt.posthoc.held_out import check_fit_split, check_not_test
from mmlt.report.record import limits_of
from mmlt.report.table import check_table_path, print_table, write_table
from mmlt.runs.dump import dump_path, load_predictions
from mmlt.runs.folder import read_work_dir
from mmlt.structures import Predictions

TOOL = 'tools/analysis_tools/posthoc.py'
DESCRIPTION = (
    'Fit calibrators on a held-out part of training (or a validation set) '
    'and tabulate accuracy, ECE and NLL on the test set, whole and per shot '
    'group. The test set is not fitted on, unless an option asks for it. What '
    'is fitted for a run goes into calibrators.json beside its checkpoint, '
    'for predict, export and mmlt.load.'
)
EXAMPLE = 'work_dirs/vmf/resnet20_digitslt+held-out --out posthoc.md'

# of the many calibrators, the two to begin with
WHICH = {
    'temperature': 'keeps the classes; right on average for images whose '
    'classes are as frequent as in those it was fitted on',
    'prior_vector': 'moves the classes too; for images whose classes are '
    'equally frequent, or count alike',
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A run, or two files of predictions."""
    parser.add_argument(
        'run',
        nargs='?',
        help='work directory of a training: its predictions are written '
        'there where they are not yet; with --halves, also an .npz',
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
    add_calibrators(parser, CALIBRATORS)
    parser.add_argument(
        '--halves',
        action='store_true',
        help='of a run that has no held-out part: fit on one half of the '
        'test images and report on the other, and the reverse; what a '
        'calibrator could do at best, no result of a method',
    )
    add_tables(parser, ', the JSON with the fitted parameters')
    parser.add_argument(
        '--i-know-this-is-the-test-set',
        action='store_true',
        help='fit on the test set; the table says so',
    )
    add_shot_limits(parser, defaults=False)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """A run or both files, and not all of them."""
    if (args.run is None) == (args.fit is None or args.eval is None):
        parser.error('name a work directory, or --fit FILE and --eval FILE')
    check_shot_limits(parser, args)


def read_predictions(
    args: argparse.Namespace,
) -> tuple[Predictions, Predictions]:
    """Predictions to fit on and to report on."""
    if args.run is None:
        return load_predictions(args.fit), load_predictions(args.eval)
    if args.fit_split == 'test':
        check_not_test(args.i_know_this_is_the_test_set)
    return (
        run_predictions(args.run, args.fit_split),
        run_predictions(args.run, 'test'),
    )


def limits(args: argparse.Namespace) -> dict[str, int]:
    """Limits of the shot groups: as said, else as the run has them."""
    folder = Path(args.run) if args.run else Path()
    own = (
        limits_of(read_work_dir(folder).config)
        if args.run and folder.is_dir()
        else SHOT_LIMITS['oltr']
    )
    return shot_limits(args, own)


def run(args: argparse.Namespace) -> None:
    """Check, fit, print and write."""
    for path in args.out:
        check_table_path(path)
    if args.halves:
        run_on_halves(args)
        return
    fit, evaluate = read_predictions(args)
    check_fit_split(fit, evaluate, args.i_know_this_is_the_test_set)
    shots = limits(args)
    rows, fitted, left_out = compare_calibrators(
        fit,
        evaluate,
        args.calibrators,
        partial(bar, words='fitting'),
        **shots,
    )
    facts = facts_of_comparison(fit, evaluate) | limit_facts(**shots)
    for name, why in left_out.items():
        facts[f'left out: {name}'] = why
    print_table(rows, facts)
    parameters = {name: f.parameters for name, f in fitted.items()}
    for path in args.out:
        more = {'parameters': parameters} if path.endswith('.json') else {}
        write_table(path, rows, facts | more)
    if args.run is not None:
        path = calibrators_path(dump_path(args.run, 'test'))
        save_calibrators(path, fitted, fit)
        print(
            f'Wrote {path}. Use one: mmlt predict {args.run} IMAGES --out '
            'FILE.csv --calibrated NAME'
        )
        for name, what in WHICH.items():
            if name in fitted:
                print(f'  {name}: {what}')


def limit_facts(many: int, few: int) -> dict[str, str]:
    """The limits of the shot groups, in words."""
    return {
        'groups': f'many: more than {many} training images, few: fewer than '
        f'{few}'
    }


def run_on_halves(args: argparse.Namespace) -> None:
    """Fit on each half of the test images, report on the other."""
    path = str(args.run)
    predictions = (
        load_predictions(path)
        if path.endswith('.npz')
        else run_predictions(path, 'test')
    )
    shots = limits(args)
    rows, left_out = compare_on_halves(
        predictions,
        args.calibrators,
        progress=partial(bar, words='fitting'),
        **shots,
    )
    facts = facts_of_comparison(predictions, predictions)
    facts |= limit_facts(**shots)
    facts['fitted on'] = (
        'the other half of these images: what a calibrator could do at '
        'best, no result of a method'
    )
    facts |= {f'left out: {name}': why for name, why in left_out.items()}
    print_table(rows, facts)
    for path in args.out:
        write_table(path, rows, facts)
