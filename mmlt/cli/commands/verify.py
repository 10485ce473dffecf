"""Test the networks that come with mmlt, and compare with the ledger."""

import argparse
import sys
import time
from contextlib import redirect_stdout
from functools import partial

from mmlt.cli.options import add_data_root, add_device
from mmlt.cli.progress import bar
from mmlt.report.table import markdown_table
from mmlt.reproduce.ledger import read_ledger
from mmlt.zoo import index
from mmlt.zoo.measuring import (
    TOLERANCE,
    differences,
    measured,
    recipe_of,
    too_far,
)

TOOL = 'tools/verify.py'
DESCRIPTION = (
    'Test the networks that come with mmlt (zoo/) on the test set, and '
    'compare with the ledger (results/ledger.jsonl). CIFAR is downloaded '
    'where it is missing. The exit code is 1 if a file is not the one that '
    'was published, or a number differs by more than storing the network in '
    'half precision explains (docs/zoo.md).'
)
EXAMPLE = 'fcc_cifar100lt --data-root data'
COLUMNS = {
    'top1': 'top-1',
    'many': 'many',
    'medium': 'medium',
    'few': 'few',
    'ece': 'ECE',
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which networks, and where the data lies."""
    parser.add_argument(
        'names', nargs='*', metavar='NAME', help='networks (default: all)'
    )
    add_data_root(parser)
    add_device(parser)


def prepare(
    args: argparse.Namespace,
) -> tuple[argparse.Namespace, list[index.Entry]]:
    """See that every file is what the index says, before a test begins."""
    names = dict.fromkeys(args.names)
    entries = [index.find_entry(name) for name in names] or index.read_index()
    ledger = index.ledger_path()
    for entry in entries:
        index.check_file(entry)
        if ledger.is_file():  # beside a wheel there is none
            index.check_row(entry, read_ledger(ledger))
    return args, entries


def run(prepared: tuple[argparse.Namespace, list[index.Entry]]) -> int:
    """Test, and print the table."""
    args, entries = prepared
    begin = time.perf_counter()
    rows, wrong = [], []
    for entry in entries:
        progress = partial(bar, words=entry.name)
        with redirect_stdout(sys.stderr):
            cfg = recipe_of(entry, args.data_root)
            ours = measured(cfg, entry.path, args.device, progress)
        difference = differences(ours, entry.ledger)
        rows += [
            line(entry.name, 'ours', ours),
            line('', 'ledger', entry.ledger),
            line('', 'difference', difference, '+.2f'),
        ]
        wrong += [
            f'{entry.name}: {COLUMNS[name]} differs by '
            f'{difference[name]:+.2f}, more than {TOLERANCE[name]:g}'
            for name in too_far(difference)
        ]
    print(markdown_table(rows))
    print('\n'.join(wrong) if wrong else agreed(entries, begin))
    return 1 if wrong else 0


def line(name: str, of: str, numbers: dict, form: str = '.2f') -> dict:
    """A line of the table; a dash for what is not there."""
    return {
        'network': name,
        'percent': of,
        **{
            column: '-' if numbers[key] is None else f'{numbers[key]:{form}}'
            for key, column in COLUMNS.items()
        },
    }


def agreed(entries: list[index.Entry], begin: float) -> str:
    """What was checked, and how long it took."""
    count = len(entries)
    return (
        f'{count} network{"s" * (count != 1)} as in the ledger (differences '
        f'up to {TOLERANCE["top1"]:g} in top-1 and ECE, '
        f'{TOLERANCE["few"]:g} in a shot group); '
        f'{time.perf_counter() - begin:.0f} s'
    )
