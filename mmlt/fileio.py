"""Files that are there whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A draft to write to, which takes the place of a file at the end.

    What was there before stays as it was until then, and for good where
    anything goes wrong.

    Args:
        path: The file; its folder is made.

    Yields:
        Path of the draft, beside the file and with its ending.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f'.draft-{os.getpid()}-{path.name}')
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


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
