"""Choose settings of a recipe on held-out training images."""

import argparse
import math
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from mmengine.dist import broadcast_object_list

from mmlt.cli.commands import train
from mmlt.cli.commands.seeds import last_numbers
from mmlt.cli.options import check_launcher
from mmlt.cli.shell import make_parser
from mmlt.cli.sweep_table import ranked, sweep_table
from mmlt.cli.values import seed, whole_number
from mmlt.runs.held_out_overlays import held_out_overlays
from mmlt.runs.preflight import default_work_dir
from mmlt.runs.processes import is_first_process, join_processes
from mmlt.runs.search_space import Choices, Interval, grid, read_space
from mmlt.runs.suggested_settings import suggested
from mmlt.runs.sweep_record import SweepRecord, Trial
from mmlt.runs.testing import MACRO_ACCURACY
from mmlt.runs.watched_metrics import check_metric

TOOL = None
DESCRIPTION = (
    'Choose settings of a recipe: train it with each value of each setting '
    '(or, with --trials, with those that Optuna chooses), and measure macro '
    'accuracy on images that are neither trained nor tested on. Where the '
    'validation images are the test images, training images are held out: of '
    'CIFAR-LT and the digits the same number of every class (the overlay '
    'tuning), of other data a fifth of every class. Ends with a table and the '
    'command that trains the best on all training images. The same command '
    'goes on where it was stopped, and trains what is finished no second '
    'time.'
)
EXAMPLE = 'configs/la/resnet20_digitslt.py --over model.head.loss.tau=0.5,1,2'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of ``mmlt train``, with values to choose from."""
    parser.add_argument('config', help='config file, or name of a recipe')
    add_own_arguments(parser)
    parser.add_argument('--seed', type=seed, help='seed of every training')
    train.add_further_arguments(parser)


def add_own_arguments(parser: argparse.ArgumentParser) -> None:
    """What a single training does not have."""
    parser.add_argument(
        '--over',
        nargs='+',
        action='extend',
        required=True,
        metavar='KEY=VALUES',
        help='settings with dots in the key, and their values, all '
        'combinations of which are tried: model.head.loss.tau=0.5,1,1.5. '
        'With --trials also intervals: '
        '"optim_wrapper.optimizer.lr=log(1e-3,1e-1)", uniform(0,2) or '
        'integer(1,5)',
    )
    parser.add_argument(
        '--trials',
        type=whole_number(1),
        metavar='N',
        help='train N times, with settings that Optuna chooses (pip install '
        "'mmlt[sweep]')",
    )
    parser.add_argument(
        '--score',
        default=MACRO_ACCURACY,
        metavar='NAME',
        help='number of an evaluation that is compared, as shot/few or '
        f'calibration/ece ({MACRO_ACCURACY})',
    )
    parser.add_argument(
        '--lowest', action='store_true', help='the lowest score is the best'
    )
    parser.add_argument(
        '--work-dir',
        metavar='DIR',
        help='each training has its folder DIR/trial_N, and DIR/sweep.json '
        'has all (default: work_dirs/<method>/<config name>+sweep)',
    )


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """The space can be read, and what is not written out needs --trials."""
    check_launcher(parser, args)
    try:
        args.space = read_space(args.over)
    except ValueError as error:
        parser.error(f'argument --over: {error}')
    intervals = [part for part in args.space if isinstance(part, Interval)]
    if intervals and args.trials is None:
        parser.error(
            f'argument --over: an interval ({intervals[0].key}) needs '
            '--trials N: how many of its values are tried'
        )
    if args.no_validate:
        parser.error('--no-validate leaves nothing to choose by')


def run(args: argparse.Namespace) -> int:
    """Try one setting after another, and show what came out.

    Returns:
        That of the training that was stopped, or 0.
    """
    join_processes(args.launcher)
    first_process = is_first_process(args.launcher)
    overlays = args.overlays or []
    top = args.work_dir or default_work_dir(args.config, overlays) + '+sweep'
    words = training_words(args.arguments)
    common = with_overlays(
        words, [*overlays, *held_out_overlays(args.config, overlays)]
    )
    record = SweepRecord(top, words) if first_process else None
    finished: list[Trial] = []
    number = args.trials or len(grid(args.space))
    while len(finished) < number:
        trial = agreed(record and begin_trial(record, args, finished, number))
        if trial.state == 'begun':
            folder = os.path.join(top, trial.folder)
            code = train_trial(common, trial, folder, args.score)
            if code:
                print(
                    'The sweep goes on with: '
                    f'{args.program} {shlex.join(args.arguments)}',
                    file=sys.stderr,
                )
                return code
            if record is not None:
                finish_trial(trial, folder, args.score)
                record.save()
        finished.append(trial)
    if first_process:
        print(sweep_table(finished, args.score, args.lowest))
        print(advice(args, finished, words, top))
    return 0


def agreed(trial: Trial | None) -> Trial:
    """What the first process has chosen, in all of them."""
    box = [trial]
    broadcast_object_list(box)
    return box[0]


def begin_trial(
    record: SweepRecord,
    args: argparse.Namespace,
    finished: Sequence[Trial],
    number: int,
) -> Trial:
    """The next trial, which the record then has; said on the console."""
    if args.trials is None:
        settings = grid(args.space)[len(finished)]
    else:
        settings = suggested(
            args.space, finished, args.score, args.lowest, args.seed or 0
        )
    trial = record.trial_of(settings)
    record.save()
    folder = os.path.join(record.path.parent, trial.folder)
    done = '' if trial.state == 'begun' else f', {trial.state} already'
    print(
        f'Trial {len(finished) + 1} of {number}: '
        f'{" ".join(words_of(settings))} ({folder}{done})',
        flush=True,
    )
    return trial


def train_trial(
    common: Sequence[str], trial: Trial, folder: str, score: str
) -> int:
    """Train with the settings of a trial.

    Returns:
        The exit code; a loss that is no number makes the trial 'diverged'.

    Raises:
        ValueError: If the score is no metric of its validation.
    """
    parser = make_parser(train, 'mmlt train')
    words = with_settings(common, trial.settings)
    words += ['--work-dir', folder, '--resume']
    args = parser.parse_args(words)
    args.arguments = words
    prepared = train.prepare(args)
    try:
        check_metric(prepared.stages[-1], '--score', score)
        return train.run(prepared)
    except FloatingPointError as error:
        trial.state = 'diverged'
        print(f'The loss is no number, which counts as the worst: {error}')
        return 0


def finish_trial(trial: Trial, folder: str, score: str) -> None:
    """Give a trial the numbers of its last evaluation.

    Raises:
        ValueError: If the one that is compared is not among them.
    """
    if trial.state == 'diverged':
        return
    numbers = last_numbers(folder)
    if math.isnan(numbers.get(score, math.nan)):
        known = [k for k, v in numbers.items() if '/' in k and v == v]
        raise ValueError(
            f'Expected --score to be a number of an evaluation, but {score} '
            f'was not measured in {folder}. There are: '
            f'{", ".join(sorted(known)) or "none"}.'
        )
    trial.state, trial.numbers = 'done', numbers


def words_of(settings: dict[str, Any]) -> list[str]:
    """Settings as words of ``--cfg-options``."""
    return [f'{key}={value}' for key, value in settings.items()]


def training_words(words: Sequence[str]) -> list[str]:
    """What is said of the training, without what is said of the sweep."""
    own = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    add_own_arguments(own)
    return own.parse_known_args(words)[1]


def _with_values(words: Sequence[str], option: str, more: Sequence[str]):
    """Words of a command, with more values of an option that takes several."""
    own = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    own.add_argument(option, nargs='+', dest='values', default=[])
    found, others = own.parse_known_args(words)
    values = [*found.values, *more]
    return [*others, option, *values] if values else others


def with_overlays(words: Sequence[str], overlays: Sequence[str]) -> list[str]:
    """Words of a command that lays these over its recipe."""
    return _with_values(_without(words, '--with'), '--with', overlays)


def with_settings(words: Sequence[str], settings: dict) -> list[str]:
    """Words of a command with more ``--cfg-options``."""
    return _with_values(words, '--cfg-options', words_of(settings))


def _without(words: Sequence[str], option: str) -> list[str]:
    own = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    own.add_argument(option, nargs='+')
    return own.parse_known_args(words)[1]


def advice(
    args: argparse.Namespace,
    trials: Sequence[Trial],
    words: Sequence[str],
    top: str,
) -> str:
    """The best, where to look further, and how to train it on all images."""
    best = ranked(trials, args.score, args.lowest)[0]
    if best.state == 'diverged':
        return 'Every trial diverged: try a lower learning rate.'
    lines = [f'Best: {" ".join(words_of(best.settings))} ({best.folder}).']
    lines += [
        f'{part.key} is best at the end of what was tried: try '
        f'{"less" if best.settings[part.key] == min(part.values) else "more"} '
        'of it, too.'
        for part in args.space
        if _is_ordered(part)
        and best.settings[part.key] in (min(part.values), max(part.values))
    ]
    kept = [o for o in args.overlays or [] if o not in ('tuning', 'held-out')]
    full = with_settings(with_overlays(words, kept), best.settings)
    lines.append('Train it on all training images:')
    lines.append(f'  mmlt train {shlex.join(full)}')
    lines.append(f'All trials: {os.path.join(top, "sweep.json")}')
    return '\n'.join(lines)


def _is_ordered(part: Choices | Interval) -> bool:
    """Whether there are three numbers or more that were written out."""
    return (
        isinstance(part, Choices)
        and len(part.values) > 2
        and all(isinstance(value, int | float) for value in part.values)
    )
