"""Files that are there whole or not at all."""

import errno
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SECONDS = 60  # without a byte written: nobody writes any more
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoRoomError(OSError):
    """A file that could not be written, for want of room on the disk.

    Args:
        path: The file.
        error: What the system said.
    """

    def __init__(self, path: str | Path, error: OSError) -> None:
        super().__init__(
            f'Expected room for {path}, but there is none ({error.strerror}). '
            'Nothing was changed: make room, and run this again.'
        )
        self.errno = error.errno


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A draft to write to, which takes the place of a file at the end.

    What was there before stays as it was until then, and for good where
    anything goes wrong. The draft is on the disk before it has the name, so
    that the file is whole after a power failure, too.

    Args:
        path: The file; its folder is made.

    Yields:
        Path of the draft, beside the file and with its ending.

    Raises:
        NoRoomError: If the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f'.draft-{os.getpid()}-{path.name}')
    try:
        with room_for(path):
            yield draft
            put_in_place(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def room_for(path: str | Path) -> Iterator[None]:
    """Say which file it is, where the disk is full.

    Args:
        path: The file that is written meanwhile.

    Raises:
        NoRoomError: If there is no room for it.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM and not isinstance(error, NoRoomError):
            raise NoRoomError(path, error) from error
        raise


def put_in_place(draft: str | Path, path: str | Path) -> None:
    """Give a finished file its name, once it is on the disk.

    Args:
        draft: The file as it was written, on the same disk.
        path: Its name from now on; what had it is replaced.
    """
    with open(draft, 'rb+') as file:
        os.fsync(file.fileno())
    os.replace(draft, path)
    with suppress(OSError):  # where a folder cannot be opened: not on Linux
        folder = os.open(Path(path).parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove_old_drafts(folder: str | Path) -> None:
    """Remove what killed processes left half written in a folder.

    Drafts of a process that still runs, here or on another machine, stay:
    they are written to.

    Args:
        folder: Of the files that :func:`whole_file` writes.
    """
    for path in Path(folder).glob('.draft-*-*'):
        with suppress(OSError, ValueError):
            is_old = time.time() - path.stat().st_mtime > SECONDS
            if is_old and not _is_running(int(path.name.split('-')[1])):
                path.unlink()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def check_can_write(path: str | Path, folder: bool = False) -> None:
    """Check, before the work, that a file can be written; create nothing.

    Args:
        path: File to be written, there or not.
        folder: Whether it is to be a folder of files.

    Raises:
        OSError: If it cannot.
    """
    path = Path(path)
    what = 'folder' if folder else 'file'
    if path.exists() and path.is_dir() != folder:
        raise OSError(
            f'Expected a {what} to write to, but {path} is a '
            f'{"file" if folder else "folder"}. Name another.'
        )
    near = path if folder else path.parent
    while not near.exists():
        near = near.parent
    try:
        if not near.is_dir():
            raise NotADirectoryError(20, f'{near} is a file')
        with tempfile.TemporaryFile(dir=near):
            pass
    except OSError as error:
        raise OSError(
            f'Expected a {what} that can be written, but {path} cannot '
            f'({error.strerror}). Name another.'
        ) from error


def json_text(value: Any, indent: int | None = 1) -> str:
    """Numbers and words as JSON that every reader takes.

    Convention: what is no number (nan, of a group without an image) or not
    finite is null. Python would write NaN and Infinity, which are no JSON:
    jq, JavaScript and databases refuse the file.

    Args:
        value: Dicts, lists, tuples, arrays and tensors of plain values.
        indent: Spaces of a level; None: one line.
    """
    return json.dumps(_strict(value), indent=indent, allow_nan=False)


def write_json(path: str | Path, value: Any, indent: int | None = 1) -> None:
    """Write :func:`json_text`, whole or not at all.

    Args:
        path: The file.
        value: As :func:`json_text`.
        indent: As :func:`json_text`.
    """
    with whole_file(path) as draft:
        draft.write_text(json_text(value, indent) + '\n', encoding='utf-8')


def _strict(value: Any) -> Any:
    if hasattr(value, 'tolist'):  # arrays, tensors and their scalars
        value = value.tolist()
    if isinstance(value, dict):
        return {key: _strict(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
