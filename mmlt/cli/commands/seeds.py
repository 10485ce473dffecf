"""Train a recipe with several seeds, one after another."""

import argparse
import math
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmlt.cli.commands import train
from mmlt.cli.options import check_launcher
from mmlt.cli.shell import make_parser
from mmlt.cli.values import seed
from mmlt.engine.hooks.result_table_hook import COLUMNS
from mmlt.reproduce.groups import mean_and_spread
from mmlt.runs.folder import read_work_dir
from mmlt.runs.log import read_curves
from mmlt.runs.preflight import default_work_dir
from mmlt.runs.processes import is_first_process
from mmlt.runs.testing import MACRO_ACCURACY

TOOL = None
DESCRIPTION = (
    'Train a recipe once with each of several seeds, and show the mean and '
    'the spread of the result. The same command goes on where it was '
    'stopped, and trains what is finished no second time.'
)
EXAMPLE = 'configs/fcc/resnet20_digitslt.py --seeds 1 2 3'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of ``mmlt train``, with several seeds."""
    parser.add_argument('config', help='config file')
    add_own_arguments(parser)
    train.add_further_arguments(parser)


def add_own_arguments(parser: argparse.ArgumentParser) -> None:
    """What a single training has otherwise."""
    parser.add_argument(
        '--seeds', nargs='+', type=seed, required=True, metavar='SEED'
    )
    parser.add_argument(
        '--work-dir',
        metavar='DIR',
        help='each training has its folder DIR/seed_N (default: '
        'work_dirs/<method>/<config name>)',
    )


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """No seed is named twice."""
    check_launcher(parser, args)
    twice = sorted({s for s in args.seeds if args.seeds.count(s) > 1})
    if twice:
        parser.error(
            f'argument --seeds: expected each seed once, but got {twice[0]} '
            'more than once: it would be the same training'
        )


def run(args: argparse.Namespace) -> int:
    """Train, and show what came out.

    Returns:
        That of the training that was stopped, or 0.
    """
    top = args.work_dir or default_work_dir(args.config, args.overlays)
    folders = {s: os.path.join(top, f'seed_{s}') for s in args.seeds}
    parser = make_parser(train, 'mmlt train')
    first_process = is_first_process(args.launcher)
    for number, folder in folders.items():
        if first_process:
            print(f'Seed {number}: {folder}', flush=True)
        words = training_arguments(args.arguments, number, folder)
        of_seed = parser.parse_args(words)
        of_seed.arguments = words
        code = train.run(train.prepare(of_seed))
        if code:
            return code
    if first_process:
        cfg = read_work_dir(folders[args.seeds[-1]]).config
        images = 'validation' if train.validates_apart(cfg) else 'test'
        results = {s: last_numbers(f) for s, f in folders.items()}
        print(seed_table(results, images))
        print(f'More of it: mmlt report {shlex.join(folders.values())}')
    return 0


def training_arguments(
    words: Sequence[str], number: int, folder: str
) -> list[str]:
    """The command line of one training.

    Args:
        words: Arguments of this command.
        number: The seed.
        folder: Of its training.

    Returns:
        Arguments of ``mmlt train``.
    """
    own = argparse.ArgumentParser(add_help=False)
    add_own_arguments(own)
    _, others = own.parse_known_args(words)
    how = ['--seed', str(number), '--work-dir', folder, '--resume']
    return [*others, *how]


def last_numbers(folder: str) -> dict[str, float]:
    """Every number of the last evaluation in the folder of a training."""
    return {
        name: values[-1]
        for name, (_, values) in read_curves(Path(folder)).items()
    }


def seed_table(
    results: Mapping[int, Mapping[str, float]], images: str = 'test'
) -> str:
    """A row for each number, a column for each seed, and their mean.

    Args:
        results: Seed to metric key to value, percent.
        images: Which images were evaluated, in a word.

    Returns:
        Text; a sentence where nothing was evaluated.
    """
    shown = {
        name: [of.get(key, math.nan) for of in results.values()]
        for key, name in {MACRO_ACCURACY: 'macro', **COLUMNS}.items()
        if any(key in of for of in results.values())
    }
    if not shown:
        return 'There is no table: the trainings were not evaluated.'
    rows = [['', *(f'seed {s}' for s in results), 'mean ± std']]
    for name, values in shown.items():
        known = [value for value in values if not math.isnan(value)]
        cells = [mean_and_spread([v] if v == v else []) for v in values]
        rows.append([name, *cells, mean_and_spread(known)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        '  '.join(
            [row[0].ljust(widths[0])]
            + [c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]
    title = (
        f'Result of {len(results)} seeds, last epoch, on the {images} images '
        '(percent)'
    )
    return '\n'.join([title, *lines])
