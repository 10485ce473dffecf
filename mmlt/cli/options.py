"""Arguments that several commands have, each defined once."""

import argparse
import dataclasses
import os
from collections.abc import Sequence

from mmengine.config import DictAction

from mmlt.runs.averaged_weights import WEIGHTS

from .values import device, whole_number


class Settings(DictAction):
    """KEY=VALUE of the command line, as a dict; values as in Python."""

    def __call__(self, parser, namespace, values, option_string=None):
        """Read them; what cannot be read is an error of the call."""
        for word in values or []:
            key, equals, value = word.partition('=')
            if not equals or not key.strip():
                parser.error(
                    f'argument {option_string}: expected KEY=VALUE, but got '
                    f'{word!r}, as in train_cfg.max_epochs=20'
                )
            if any(not part for part in key.split('.')) or ' ' in key:
                parser.error(
                    f'argument {option_string}: expected names with dots '
                    f'between them before the =, but got {key!r}'
                )
            if any(value.count(a) != value.count(b) for a, b in ('()', '[]')):
                parser.error(
                    f'argument {option_string}: expected as many brackets '
                    f'opened as closed, but got {word!r}; put it in quotation '
                    'marks where the shell reads them'
                )
        super().__call__(parser, namespace, values, option_string)


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """``--with`` and ``--cfg-options``: what changes a recipe."""
    parser.add_argument(
        '--with',
        nargs='+',
        dest='overlays',
        default=[],
        metavar='OVERLAY',
        help='what to add to the recipe, applied in this order: --with fcc '
        'ratio50 (`mmlt recipes` lists them)',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=Settings,
        metavar='KEY=VALUE',
        help='settings that override the recipe, with dots in the key: '
        'train_cfg.max_epochs=20 "param_scheduler.1.milestones=[15,18]"',
    )


def add_trust(parser: argparse.ArgumentParser) -> None:
    """``--trust``: the checkpoints that may run code when they are read."""
    parser.add_argument(
        '--trust',
        action='append',
        default=[],
        metavar='FILE',
        help='a checkpoint that may hold more than data, whoever made it: '
        'reading it can run code (default: none; again for more files)',
    )


def add_verbose(parser: argparse.ArgumentParser) -> None:
    """``--verbose``: all of the log on the console, too."""
    parser.add_argument(
        '--verbose',
        action='store_true',
        help='show the environment, the config and the hooks as well, which '
        'are in the log file anyway',
    )


def add_launcher(parser: argparse.ArgumentParser) -> None:
    """``--launcher``, and the rank that some launchers hand over."""
    # torchrun sets it in each of its processes
    inside = 'TORCHELASTIC_RUN_ID' in os.environ
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='pytorch' if inside else 'none',
        help='what starts the processes (default: pytorch under torchrun, '
        'else none)',
    )
    parser.add_argument(
        '--local_rank',
        '--local-rank',
        type=int,
        default=0,
        help=argparse.SUPPRESS,
    )


# the variables by which a launcher tells a process which one it is
LAUNCHED = {
    'pytorch': ('RANK', 'torchrun --nproc-per-node N'),
    'slurm': ('SLURM_PROCID', 'srun'),
    'mpi': ('OMPI_COMM_WORLD_LOCAL_RANK', 'mpirun'),
}


def check_launcher(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """See that the launcher that is named has started this process."""
    variable, program = LAUNCHED.get(args.launcher, (None, None))
    if variable and variable not in os.environ:
        parser.error(
            f'argument --launcher: {args.launcher} needs a start by it '
            f'({program} ...), but {variable} is not set; without a launcher '
            'leave the option out'
        )


def add_device(parser: argparse.ArgumentParser) -> None:
    """``--device``."""
    parser.add_argument(
        '--device',
        type=device,
        help='cpu or cuda (default: cuda where there is one)',
    )


def add_weights(parser: argparse.ArgumentParser) -> None:
    """``--weights``: their moving average, or those of the last step."""
    parser.add_argument(
        '--weights',
        choices=WEIGHTS,
        help='of a training --with ema: ema, their moving average (default), '
        'or plain, those of the last step',
    )


def add_data_root(parser: argparse.ArgumentParser) -> None:
    """``--data-root`` of a command that tests networks by name."""
    parser.add_argument(
        '--data-root',
        help='folder that holds, or will hold, cifar10 and cifar100 '
        '(default: data)',
    )


def add_tables(parser: argparse.ArgumentParser, note: str = '') -> None:
    """``--out`` of a command that writes its table into files."""
    parser.add_argument(
        '--out',
        nargs='+',
        default=[],
        metavar='FILE',
        help=f'tables: .md, .csv or .json{note}',
    )


def chosen(args: argparse.Namespace, settings: type):
    """The arguments that a data class of settings has a field for."""
    names = [field.name for field in dataclasses.fields(settings)]
    return settings(**{name: getattr(args, name) for name in names})


def add_shot_limits(
    parser: argparse.ArgumentParser, defaults: bool = True
) -> None:
    """``--many`` and ``--few``: the limits of the shot groups.

    Args:
        parser: Of the command.
        defaults: Whether they are 100 and 20; else None, which is as the
            metrics of the run have it.
    """
    for name, value, words in (
        ('many', 100, 'more training images than this'),
        ('few', 20, 'fewer training images than this'),
    ):
        usual = value if defaults else "as the run's metrics have it"
        parser.add_argument(
            f'--{name}',
            type=whole_number(0),
            default=value if defaults else None,
            metavar='IMAGES',
            help=f'{name}-shot classes have {words} (default: {usual})',
        )


def check_shot_limits(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """The limits of the shot groups are in order."""
    if None not in (args.many, args.few) and args.few > args.many:
        parser.error(
            f'argument --few: expected at most --many ({args.many}), but got '
            f'{args.few}'
        )


def shot_limits(args: argparse.Namespace, own: dict[str, int]) -> dict:
    """Limits of the shot groups: as said, else those of a run or a config.

    Args:
        args: With the options of :func:`add_shot_limits`.
        own: 'many' and 'few' of the run.

    Returns:
        The same two.
    """
    return {
        name: value if getattr(args, name) is None else getattr(args, name)
        for name, value in own.items()
    }


def add_calibrators(
    parser: argparse.ArgumentParser, known: Sequence[str], when: str = ''
) -> None:
    """``--calibrators``: which are fitted.

    Args:
        parser: Of the command.
        known: Names of all.
        when: Words for when they are, before the default.
    """
    parser.add_argument(
        '--calibrators',
        nargs='+',
        choices=list(known),
        default=list(known),
        metavar='NAME',
        help=f'{when}default: all of {", ".join(known)}',
    )
