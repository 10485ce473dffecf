"""The command ``mmlt`` in this process, as if it were one of its own.

A process of its own takes seconds to import torch and mmpretrain. Here what
a command leaves behind in the process is put back after it, so that neither
the next command nor another test can be influenced.
"""

import io
import logging
import multiprocessing
import os
import random
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from mmengine.logging import MMLogger
from mmengine.utils.manager import ManagerMeta, ManagerMixin

from mmlt.cli.main import main

SIGNALS = [
    getattr(signal, name)
    for name in ('SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2')
    if hasattr(signal, name)  # not all systems have all
]


@dataclass(frozen=True)
class Outcome:
    """What a command left.

    Args:
        code: Its exit code; None where an exception came out of it.
        output: What it wrote to the output.
        errors: What it wrote to the error stream, with the traceback of an
            exception that came out.
    """

    code: int | None
    output: str
    errors: str


def run(words: list, folder: Path) -> Outcome:
    """Run ``mmlt`` in a folder.

    Args:
        words: Of the command line, after ``mmlt``.
        folder: Working directory of the command.
    """
    output, errors = io.StringIO(), io.StringIO()
    with (
        isolated(folder),
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        code = _exit_code([str(word) for word in words], errors)
    return Outcome(code, output.getvalue(), errors.getvalue())


def _exit_code(words: list[str], errors: io.StringIO) -> int | None:
    try:
        return main(words)
    except SystemExit as stopped:
        if isinstance(stopped.code, str):  # Python prints it, and ends with 1
            errors.write(f'{stopped.code}\n')
            return 1
        return stopped.code or 0
    except BaseException:
        errors.write(traceback.format_exc())
        return None


@contextmanager
def isolated(folder: Path) -> Iterator[None]:
    """Put back what a command changes in the process.

    Args:
        folder: Working directory meanwhile.
    """
    managers = _instances()
    before = {kind: kind._instance_dict.copy() for kind in managers}
    for kind in managers:
        kind._instance_dict.clear()
    environ, place = dict(os.environ), os.getcwd()
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    excepthook = sys.excepthook
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    cudnn = torch.backends.cudnn
    flags = {n: getattr(cudnn, n) for n in ('benchmark', 'deterministic')}
    deterministic = torch.are_deterministic_algorithms_enabled()
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    root_level = logging.root.level
    start_method = multiprocessing.get_start_method(allow_none=True)
    os.chdir(folder)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.chdir(place)
        for kind in _instances():
            if issubclass(kind, MMLogger):
                _close(kind)
            kind._instance_dict.clear()
            kind._instance_dict.update(before.get(kind, {}))
        os.environ.clear()
        os.environ.update(environ)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.excepthook = excepthook
        torch.set_num_threads(threads)
        torch.set_default_dtype(dtype)
        torch.use_deterministic_algorithms(deterministic)
        for name, value in flags.items():
            setattr(cudnn, name, value)
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        logging.root.setLevel(root_level)
        multiprocessing.set_start_method(start_method, force=True)
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()


def _instances() -> list[ManagerMeta]:
    """Every class of mmengine that keeps its instances by name.

    Default scopes of the registries, loggers, message hubs, visualizers.
    """
    found = [ManagerMixin]
    for kind in found:
        found += [sub for sub in kind.__subclasses__() if sub not in found]
    return found


def _close(kind: ManagerMeta) -> None:
    """Close the log files of loggers."""
    for logger in kind._instance_dict.values():
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
