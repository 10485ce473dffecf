"""One training at a time in a work directory.

The lock is one of the operating system (``flock``) on a file in the folder.
It belongs to the process, so a killed training leaves none behind; the file
itself stays, and means nothing.
"""

import json
import logging
import os
import socket
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO

from mmengine.logging import print_log

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

NAME = '.training.lock'


class WorkDirInUseError(OSError):
    """Another training holds the work directory."""


class WorkDirLock:
    """Holds work directories for a training, until it is closed.

    Where the file system or the system knows no such locks, that is said
    and nothing is held.

    Args:
        folders: Work directories of the stages; they exist.

    Raises:
        WorkDirInUseError: If another training holds one of them.
    """

    def __init__(self, folders: Iterable[str | Path]) -> None:
        self._files: list[IO[str]] = []
        for folder in folders:
            try:
                self._hold(Path(folder))
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> 'WorkDirLock':
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go."""
        for file in self._files:
            _OPEN.discard(file)
            file.close()
        self._files.clear()

    def _hold(self, folder: Path) -> None:
        file = (folder / NAME).open('a+')
        if not _locked(file, folder):
            file.close()
            return
        self._files.append(file)
        _OPEN.add(file)
        file.truncate(0)
        file.write(
            json.dumps(
                {
                    'process': os.getpid(),
                    'host': socket.gethostname(),
                    'since': f'{datetime.now():%Y-%m-%d %H:%M:%S}',
                },
                allow_nan=False,
            )
        )
        file.flush()


# files that hold a lock. A forked process (a worker that loads images)
# inherits them, and would hold the lock on for the seconds that it lives
# after a training that was killed
_OPEN: set[IO[str]] = set()


def _close_in_child() -> None:
    for file in _OPEN:
        file.close()
    _OPEN.clear()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_close_in_child)


def check_is_free(folder: str | Path) -> None:
    """Raise if a training is running in a folder; change nothing.

    Args:
        folder: Work directory, there or not.

    Raises:
        WorkDirInUseError: Naming the process.
    """
    path = Path(folder) / NAME
    if fcntl is None or not path.is_file():
        return
    try:
        file = path.open('a+')
    except OSError:
        return  # not ours to write: said with more words elsewhere
    with file:
        _locked(file, Path(folder), say=False)


def _locked(file: IO[str], folder: Path, say: bool = True) -> bool:
    """Lock a file.

    Returns:
        False where the file system has no such locks.

    Raises:
        WorkDirInUseError: If another process holds it.
    """
    reason = 'this system has no such locks'
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            raise WorkDirInUseError(
                f'Expected {folder} to be free, but another training is '
                f'running there ({_holder(file)}). Wait for it, or choose '
                'another --work-dir.'
            ) from None
        except OSError as error:
            reason = f'its file system has no such locks: {error.strerror}'
    if say:
        print_log(
            f'{folder} is not protected from a second training ({reason}).',
            logger='current',
            level=logging.WARNING,
        )
    return False


def _holder(file: IO[str]) -> str:
    """Who holds a lock, as far as its file says."""
    file.seek(0)
    try:
        said = json.loads(file.read())
        return (
            f'process {said["process"]} on {said["host"]}, since '
            f'{said["since"]}'
        )
    except (ValueError, TypeError, KeyError):
        return 'which one is not known'
