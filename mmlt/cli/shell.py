"""What every command has in common: parser, errors, exit code.

A command is a module with

- ``DESCRIPTION`` and ``EXAMPLE`` (the arguments of a call) for its help,
- ``TOOL``, its path in a checkout, or None,
- ``add_arguments(parser)``,
- ``run(args)``, which does the work; it returns an exit code, or None for 0,

and, where it needs them,

- ``check_arguments(parser, args)``, for what argparse cannot say: a wrong
  call ends with exit code 2,
- ``prepare(args)``: the checks, apart from the long work. ``run`` then gets
  what it returns.

A mistake of the user ends in one line, wherever it is found
(:mod:`mmlt.cli.errors` tells it from a fault of ours); its traceback is in
the log of the run, and on the error stream with ``MMLT_TRACEBACK=1``.
"""

import argparse
import difflib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import NoReturn


@contextmanager
def errors_in_one_line(prepared: bool = False) -> Iterator[None]:
    """End the program with ``error: ...`` and exit code 1 on a mistake.

    Ctrl-C ends it with 130, as a shell says that.

    Args:
        prepared: Whether the command has done its checks.
    """
    try:
        yield
    except BrokenPipeError:  # of `mmlt recipes | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:  # what it wrote is whole; see mmlt.fileio
        print('interrupted', file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        # imports torch, which the list of the commands does without
        from .errors import is_mistake, keep_traceback, line_of

        mistake = is_mistake(error, prepared)
        hint = keep_traceback(error, shown=not mistake)
        if not mistake:
            raise
        sys.exit(f'error: {line_of(error, hint)}')


# options of other programs -> the setting that they would be, and a value
SETTINGS = {
    '--batch-size': ('train_dataloader.batch_size', '64'),
    '--epochs': ('train_cfg.max_epochs', '20'),
    '--lr': ('optim_wrapper.optimizer.lr', '0.1'),
    '--weight-decay': ('optim_wrapper.optimizer.weight_decay', '5e-4'),
}


class Values(argparse.Action):
    """What an option has: of one that takes several, those of all mentions.

    ``--with fcc --with ratio50`` is ``--with fcc ratio50``; argparse's own
    would forget the first. The first mention takes the place of the default.
    """

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        """Store them."""
        before = getattr(namespace, self.dest, None)
        again = before is not None and before is not self.default
        if again and option_string and self.nargs in ('+', '*'):
            values = [*before, *values]
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """argparse's, which says of an unknown word what was meant."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.register('action', None, Values)

    def error(self, message: str) -> NoReturn:
        """End the program with a message, and a near name where one is."""
        found = re.search(
            r'unrecognized arguments: (--[\w-]+)(?:[ =]([^\s-]\S*))?', message
        )
        if found:
            known = [o for o in self._option_string_actions if len(o) > 2]
            setting = SETTINGS.get(found[1])
            if setting and '--cfg-options' in known:
                key, value = setting
                message += (
                    f'. It is a setting: --cfg-options {key}='
                    f'{found[2] or value}'
                )
            elif near := difflib.get_close_matches(found[1], known, 1):
                message += f'. Did you mean {near[0]}?'
        found = re.search(r"invalid choice: '([^']+)' \(choose from", message)
        if found:
            known = re.findall(r'[\w-]+', message[found.end() :])
            if near := difflib.get_close_matches(found[1], known, 1):
                message += f'. Did you mean {near[0]}?'
        super().error(message)


def make_parser(command: ModuleType, program: str) -> argparse.ArgumentParser:
    """The parser of a command, with an example at the end of its help.

    Args:
        command: Module of the command.
        program: How it is called, as 'mmlt train'.
    """
    example = command.EXAMPLE
    if program.startswith('mmlt '):  # where there may be no configs/
        example = re.sub(r'\bconfigs/([\w./-]+)\.py\b', r'\1', example)
    parser = Parser(
        prog=program.split('/')[-1],
        description=command.DESCRIPTION,
        epilog=f'Example: {program} {example}',
    )
    parser.set_defaults(program=program)
    command.add_arguments(parser)
    return parser


def run_command(
    command: ModuleType, program: str, arguments: Sequence[str] | None = None
) -> int:
    """Read the arguments and run a command.

    Args:
        command: Module of the command.
        program: How it is called, as 'mmlt train'.
        arguments: Those of the command line for None.

    Returns:
        The exit code.

    Raises:
        SystemExit: With 2 for a wrong call, and with a line that begins with
            'error: ' (so exit code 1) for an error.
    """
    arguments = sys.argv[1:] if arguments is None else [*map(str, arguments)]
    parser = make_parser(command, program)
    args = parser.parse_args(arguments)
    args.arguments = arguments
    if hasattr(command, 'check_arguments'):
        command.check_arguments(parser, args)
    # mmengine reads it where there is no launcher, too
    os.environ.setdefault('LOCAL_RANK', str(getattr(args, 'local_rank', 0)))
    if getattr(args, 'trust', None):
        from mmlt.checkpoints import trusting

        with trusting(args.trust):
            return _run(command, args)
    return _run(command, args)


def _run(command: ModuleType, args: argparse.Namespace) -> int:
    if not hasattr(command, 'prepare'):
        with errors_in_one_line():
            return command.run(args) or 0
    with errors_in_one_line():
        prepared = command.prepare(args)
    with errors_in_one_line(prepared=True):
        return command.run(prepared) or 0


def run_tool(command: ModuleType) -> None:
    """Run a command as the program in ``tools/``, and end with its code."""
    sys.exit(run_command(command, f'python {command.TOOL}'))
