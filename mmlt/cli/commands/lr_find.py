"""Find a learning rate for a recipe."""

import argparse
from pathlib import Path

import numpy as np

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.cli.options import add_config_options, add_trust
from mmlt.cli.values import positive, seed, whole_number
from mmlt.fileio import check_can_write
from mmlt.runs.lr_find import FEWEST, find_learning_rate
from mmlt.runs.range_test import RangeTest
from mmlt.runs.training import TrainingOptions
from mmlt.visualization import loss_by_learning_rate, save_figure, theme
from mmlt.visualization.style import check_picture_path

TOOL = None
DESCRIPTION = (
    'Train some steps of a recipe while the learning rate grows, and say '
    'where the loss falls fastest and where it is lowest (the range test of '
    'Smith). Only the training set is read, and nothing is written but the '
    'picture.'
)
EXAMPLE = 'configs/ce/resnet20_digitslt.py --out lr.svg'
# rows of the table
ROWS = 13


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A recipe and a range."""
    parser.add_argument('config', help='config file, or name of a recipe')
    for name, value, words in (
        ('low', 1e-5, 'first'),
        ('high', 10.0, 'last'),
    ):
        parser.add_argument(
            f'--{name}',
            type=positive,
            default=value,
            metavar='RATE',
            help=f'{words} learning rate ({value:g})',
        )
    parser.add_argument(
        '--steps',
        type=whole_number(FEWEST),
        default=200,
        metavar='N',
        help='how many are tried, a batch for each (200)',
    )
    parser.add_argument('--out', type=Path, help='picture: .svg, .png or .pdf')
    parser.add_argument('--seed', type=seed, help='seed of the run')
    parser.add_argument(
        '--amp', action='store_true', help='mixed precision (bfloat16)'
    )
    add_config_options(parser)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """The range is one."""
    if args.low >= args.high:
        parser.error(
            f'argument --low: expected less than --high ({args.high:g}), but '
            f'got {args.low:g}'
        )


def run(args: argparse.Namespace) -> None:
    """Try the rates; show the table, the picture and the advice."""
    if args.out is not None:
        check_picture_path(args.out)
        check_can_write(args.out)
    options = TrainingOptions(
        args.config,
        args.overlays,
        args.cfg_options,
        amp=args.amp,
        seed=args.seed,
    )
    found = find_learning_rate(options, args.low, args.high, args.steps)
    print(rate_table(found))
    if args.out is not None:
        with theme('light'):
            save_figure(picture(found), args.out)
        print(f'Wrote {args.out}')
    print(found.advice)
    if found.scale != 1:
        print(
            'The rates are those of the config: `auto_scale_lr` multiplies '
            f'them by {found.scale:g}, here and in a training.'
        )


def rate_table(found: RangeTest) -> str:
    """Some of the rates, and the smooth loss at each."""
    last = len(found.rates) - 1
    steps = np.linspace(0, last, min(ROWS, last + 1)).round().astype(int)
    lines = ['learning rate    loss']
    for step in steps.tolist():
        lines.append(f'{found.rates[step]:13.2g}{found.smooth[step]:8.3f}')
    return '\n'.join(lines)


def picture(found: RangeTest):
    """The losses, with the rates that the advice names."""
    marks = [('of the recipe', found.recipe)]
    if 0 < found.lowest < len(found.rates) - 1:
        marks += [
            ('falls fastest', found.rates[found.fastest]),
            ('lowest', found.rates[found.lowest]),
        ]
    return loss_by_learning_rate(
        found.rates, found.losses, found.smooth, marks
    )
