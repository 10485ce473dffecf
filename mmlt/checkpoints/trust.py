"""Which files may run code when they are read: none that is not named."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ['VARIABLE', 'is_trusted', 'trusting']

VARIABLE = 'MMLT_TRUST'


def is_trusted(path: str | Path) -> bool:
    """Whether the user named this file, in ``MMLT_TRUST`` or ``--trust``.

    Args:
        path: Of the file. A folder that is named trusts no file in it.
    """
    named = os.environ.get(VARIABLE, '').split(os.pathsep)
    path = Path(path).resolve()
    return any(Path(name).resolve() == path for name in named if name)


@contextmanager
def trusting(paths: Sequence[str | Path]) -> Iterator[None]:
    """Trust these files too, in this process and those that it starts.

    Args:
        paths: Of the files.
    """
    before = os.environ.get(VARIABLE)
    named = [before] if before else []
    os.environ[VARIABLE] = os.pathsep.join([*named, *map(str, paths)])
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE)
        else:
            os.environ[VARIABLE] = before
