"""numpy's arrays out of a pickle, without numpy's own unpickling.

numpy believes what a pickle says of a dtype: that numbers are pointers, or
that an item is longer than its memory. A file can so read and write memory
that is not its own. The stand-ins here take the same arguments, accept
numbers and texts alone, and compare lengths before they make an array.
"""

import math
import re
from pickle import UnpicklingError
from typing import Any

import numpy as np
from mmengine.logging import HistoryBuffer

__all__ = ['NUMPY_GLOBALS', 'with_arrays']

PLAIN = re.compile(r'([biufc]\d{1,2}|[US]\d{1,9})\Z')


class PickledDtype:
    """Stands in for ``numpy.dtype`` while a pickle is read.

    Args:
        name: 'f8', 'i4', 'U10', ...: a number or a text.
        *_: Whether to align, and to copy; of no effect here.

    Raises:
        UnpicklingError: If it is the dtype of something else.
    """

    def __init__(self, name: str, *_: Any) -> None:
        if not isinstance(name, str) or not PLAIN.match(name):
            raise UnpicklingError(f'GLOBAL numpy.dtype({name!r})')
        self.dtype = np.dtype(name)

    def __setstate__(self, state: tuple) -> None:
        """Take the order of the bytes; what else it says is not believed."""
        order, *others = state[1:5]
        if order not in '<>|=' or any(part is not None for part in others):
            raise UnpicklingError('GLOBAL numpy.dtype of several fields')
        self.dtype = self.dtype.newbyteorder(order)


class PickledArray:
    """Stands in for ``numpy.ndarray`` while a pickle is read."""

    array: np.ndarray

    def __setstate__(self, state: tuple) -> None:
        """Version, shape, dtype, order and bytes, as numpy writes them."""
        _, shape, dtype, fortran, raw = state
        self.array = array_of(raw, dtype, shape, 'F' if fortran else 'C')


def array_of(
    raw: bytes, dtype: PickledDtype, shape: tuple, order: str = 'C'
) -> np.ndarray:
    """An array of its own memory.

    Args:
        raw: Its bytes; Python 2 wrote them as a text.
        dtype: Of its items.
        shape: Of the array.
        order: 'C' or 'F'.

    Raises:
        UnpicklingError: If the bytes are more or fewer than the shape says,
            or no bytes.
    """
    raw = raw.encode('latin1') if isinstance(raw, str) else raw
    if (
        not isinstance(dtype, PickledDtype)
        or not isinstance(raw, bytes | bytearray)
        or len(raw) != math.prod(shape) * dtype.dtype.itemsize
    ):
        raise UnpicklingError('GLOBAL numpy.ndarray of other things')
    return np.ndarray(shape, dtype.dtype, bytes(raw), order=order).copy('K')


def reconstruct(*_: Any) -> PickledArray:
    """Stands in for numpy's ``_reconstruct``."""
    return PickledArray()


def from_buffer(
    raw: bytes, dtype: PickledDtype, shape: tuple, order: str
) -> PickledArray:
    """Stands in for numpy's ``_frombuffer``, of pickles of protocol 5."""
    made = PickledArray()
    made.array = array_of(bytes(raw), dtype, shape, order)
    return made


def scalar(dtype: PickledDtype, raw: bytes) -> np.generic:
    """Stands in for numpy's ``scalar``."""
    return array_of(raw, dtype, ())[()]


# by the names of numpy 2 and of numpy 1
NUMPY_GLOBALS = {
    'numpy.dtype': PickledDtype,
    'numpy.ndarray': PickledArray,
    **{
        f'numpy.{core}.{name}': stand_in
        for core in ('_core', 'core')
        for name, stand_in in {
            'multiarray._reconstruct': reconstruct,
            'multiarray.scalar': scalar,
            'numeric._frombuffer': from_buffer,
        }.items()
    },
}


def with_arrays(value: Any) -> Any:
    """Put numpy's arrays where their stand-ins are.

    Args:
        value: What was unpickled; its dicts and lists are changed in place.

    Returns:
        The same, with arrays.
    """
    return _with_arrays(value, {})


def _with_arrays(value: Any, done: dict[int, Any]) -> Any:
    if isinstance(value, PickledArray):
        return value.array
    if isinstance(value, PickledDtype):
        return value.dtype
    if id(value) in done:  # in several places, or in itself
        return done[id(value)]
    if type(value) is tuple:
        made = tuple(_with_arrays(item, done) for item in value)
        done[id(value)] = made
        return made
    inside = vars(value) if isinstance(value, HistoryBuffer) else value
    if isinstance(inside, dict):
        done[id(value)] = value
        for key, item in inside.items():
            inside[key] = _with_arrays(item, done)
    elif isinstance(inside, list):
        done[id(value)] = value
        inside[:] = [_with_arrays(item, done) for item in inside]
    return value
