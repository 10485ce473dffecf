"""The command line: ``mmlt COMMAND`` and the programs in ``tools/``.

Each command is a module of :mod:`mmlt.cli.commands`, which says what it is
for, what its arguments are and which function of the rooms it calls. Both
doors hand it to :func:`run_command`, so they cannot differ.
"""

from .shell import run_command, run_tool

__all__ = ['run_command', 'run_tool']
