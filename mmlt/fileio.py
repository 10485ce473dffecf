"""Files that are there whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
        yield draft
        put_in_place(draft, path)
    except OSError as error:
        if error.errno in NO_ROOM and not isinstance(error, NoRoomError):
            raise NoRoomError(path, error) from error
        raise
    finally:
        draft.unlink(missing_ok=True)


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
