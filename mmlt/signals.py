"""Signals that ask a training to stop, and processes that end with it.

While :func:`listening` is on, SIGTERM, SIGINT (Ctrl-C), SIGHUP and SIGUSR1
(which Slurm can be told to send before it takes a machine away) raise
:class:`TrainingStopped` at once. Between :func:`defer` and
:func:`no_longer_defer` they are noted instead, and the training, which asks
with :func:`asked`, stops where it can save itself. A second Ctrl-C does not
wait for that.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = [
    'TrainingStopped',
    'WorkerStart',
    'asked',
    'defer',
    'end_with_parent',
    'is_listening',
    'listening',
    'no_longer_defer',
]

NAMES = ('SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1')
NUMBERS = {
    getattr(signal, name): name for name in NAMES if hasattr(signal, name)
}


class TrainingStopped(BaseException):
    """A training ended because a signal asked it to.

    No ``Exception``, as ``KeyboardInterrupt`` is none: it may be raised
    anywhere, and is not for those who mend errors there.

    Args:
        number: Of the signal.
        checkpoint: What was saved for it; None: nothing.
        where: Epoch and iteration, in words.
    """

    def __init__(
        self, number: int, checkpoint: str | None = None, where: str = ''
    ) -> None:
        self.number = number
        self.name = NUMBERS.get(number, f'signal {number}')
        self.checkpoint = checkpoint
        self.where = where
        super().__init__(f'stopped by {self.name}')

    @property
    def exit_code(self) -> int:
        """128 + the signal's number, as a shell counts: 143, 130, ..."""
        return 128 + int(self.number)


class _State:
    """What was asked for, and whether it waits."""

    process: int | None = None  # that listens; a forked worker does not
    asked: int | None = None
    deferred = False


@contextmanager
def listening() -> Iterator[None]:
    """Let signals stop the training that runs inside.

    Only the main thread of a process can; elsewhere nothing happens.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {}
    for number in NUMBERS:
        handler = signal.getsignal(number)
        # nohup: the training is to outlive its terminal
        if NUMBERS[number] != 'SIGHUP' or handler is not signal.SIG_IGN:
            before[number] = handler
    _State.process = os.getpid()
    _State.asked, _State.deferred = None, False
    try:
        for number in before:
            signal.signal(number, _on_signal)
        yield
    finally:
        _State.process, _State.asked, _State.deferred = None, None, False
        for number, handler in before.items():
            signal.signal(number, handler)


def is_listening() -> bool:
    """Whether signals are noted in this process."""
    return _State.process == os.getpid()


def asked() -> int:
    """Number of the signal that asked to stop, or 0."""
    return _State.asked or 0


def defer() -> None:
    """From now on the training stops itself when it is asked to."""
    _State.deferred = True


def no_longer_defer() -> None:
    """From now on a signal ends what runs at once.

    Raises:
        TrainingStopped: If one has come meanwhile.
    """
    _State.deferred = False
    if _State.asked is not None:
        raise TrainingStopped(_State.asked)


def _on_signal(number: int, frame: object) -> None:
    if not is_listening():
        return  # a worker that loads images: it ends with the training
    again = _State.asked is not None
    _State.asked = _State.asked or number
    if not _State.deferred or (again and number == signal.SIGINT):
        raise TrainingStopped(number)
    if not again:
        # not print(): the signal may have come in the middle of one
        text = (
            f'\n{NUMBERS[number]}: the training stops after this iteration '
            'and saves itself. (Ctrl-C: at once, without saving.)\n'
        )
        os.write(2, text.encode())


class WorkerStart:
    """Begins a process that loads images, which ends with its training.

    Whoever stops a training often signals all of its processes: a terminal
    at Ctrl-C, Slurm at the end of the time. A worker that ended at once
    would make the training fail in the middle of an iteration. So it leaves
    signals to its parent, and ends when that asks it to, or ends itself.

    Args:
        then: What the data loader wanted to call first.
    """

    def __init__(self, then: Callable[[int], None] | None = None) -> None:
        self.then = then

    def __call__(self, worker_id: int) -> None:
        """Called in the worker, with its number."""
        for name in ('SIGINT', 'SIGHUP', 'SIGUSR1'):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)
        if hasattr(signal, 'sigwaitinfo'):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            threading.Thread(target=_obey_parent, daemon=True).start()
        end_with_parent()
        if self.then is not None:
            self.then(worker_id)


def _obey_parent() -> None:
    """End this process at a SIGTERM of its parent, and of no other."""
    while True:
        if signal.sigwaitinfo({signal.SIGTERM}).si_pid == os.getppid():
            os._exit(0)


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent is killed.

    torchrun starts every process in a session of its own. If it is killed
    outright (SIGKILL, or the memory is full), they would go on, and write
    into the work directory of the training that is resumed meanwhile. Linux
    alone knows such a request; elsewhere nothing happens.
    """
    if sys.platform == 'linux':
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG, see prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
