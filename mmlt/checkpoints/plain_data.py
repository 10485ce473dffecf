"""A checkpoint is data: what torch may make of it while it is read.

torch reads a checkpoint with ``weights_only=True``: tensors, numbers, texts
and containers, and what is allowed by name. mmengine's own list of names
(``get_torch_safe_globals``) is too long. ``getattr`` is among them, with
which a file reaches ``builtins.__dict__`` and rewrites it; so are numpy's
functions, see :mod:`~mmlt.checkpoints.numpy_data`. A training needs less:
mmengine's buffer of logged numbers, the names of its four means, and arrays
of numbers.
"""

import re
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from typing import IO, Any

import torch
from mmengine.logging import HistoryBuffer

from .numpy_data import NUMPY_GLOBALS, with_arrays

__all__ = ['load_plain', 'refused_name']


def history_method(kind: type, name: str) -> Callable:
    """Stands in for ``getattr``: a mean of the buffer of logged numbers.

    Raises:
        UnpicklingError: If anything else is asked for.
    """
    methods = HistoryBuffer._statistics_methods
    if kind is not HistoryBuffer or name not in methods:
        raise UnpicklingError('GLOBAL builtins.getattr')
    return methods[name]


def no_bytes() -> bytes:
    """Stands in for ``bytes``, by which pickles write an empty one."""
    return b''


ALLOWED = [
    HistoryBuffer,
    (history_method, 'builtins.getattr'),
    (no_bytes, 'builtins.bytes'),
    *((stand_in, name) for name, stand_in in NUMPY_GLOBALS.items()),
]


def load_plain(
    file: str | Path | IO[bytes], map_location: Any = 'cpu', mmap: bool = False
) -> Any:
    """Read a file of ``torch.save`` without running anything of it.

    Args:
        file: Path, or an open file.
        map_location: As ``torch.load``.
        mmap: Whether the tensors stay in the file until they are looked at.

    Raises:
        pickle.UnpicklingError: If it holds more than data, see
            :func:`refused_name`; or is no such file.
        Exception: Whatever torch raises for a damaged file.
    """
    HistoryBuffer()  # makes its table of methods
    methods = dict(HistoryBuffer._statistics_methods)
    try:
        with torch.serialization.safe_globals(ALLOWED):
            content = torch.load(
                file,
                map_location=map_location,
                weights_only=True,
                mmap=mmap,
            )
    finally:
        # a buffer puts its own table into the class when it is read
        HistoryBuffer._statistics_methods.clear()
        HistoryBuffer._statistics_methods.update(methods)
    return with_arrays(content)


def refused_name(error: Exception) -> str | None:
    """What a file holds that is no data; None if it failed otherwise.

    Args:
        error: Of :func:`load_plain`.
    """
    if not isinstance(error, UnpicklingError):
        return None
    # torch's word for a name, and for what it was to call
    found = re.search(r'GLOBAL ([^\n]*?)(?: (?:was|whose)\b|\n|$)', str(error))
    called = re.search(r'(?:function|but got) (<[^\n]*)', str(error))
    return found[1] if found else called[1] if called else None
