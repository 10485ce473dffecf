"""Values of arguments, checked where they are read.

Each is a ``type`` of argparse: a wrong value ends the call with exit code 2
and the name of the argument.
"""

import argparse
import math
from collections.abc import Callable

__all__ = ['device', 'positive', 'real_number', 'seed', 'whole_number']


def whole_number(least: int, below: int | None = None) -> Callable[[str], int]:
    """An integer from ``least`` on, and less than ``below`` where one is."""
    words = f'an integer >= {least}'
    if below is not None:
        words = f'an integer in [{least}, {below})'

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least or (below is not None and value >= below):
            raise argparse.ArgumentTypeError(
                f'expected {words}, but got {text!r}'
            )
        return value

    return read


def real_number(words: str, holds: Callable[[float], bool]):
    """A finite number in a range.

    Args:
        words: The range: 'a number > 0'.
        holds: Whether a number is in it.
    """

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and holds(value)):
            raise argparse.ArgumentTypeError(
                f'expected {words}, but got {text!r}'
            )
        return value

    return read


positive = real_number('a number > 0', lambda value: value > 0)
# numpy's generators take no other
seed = whole_number(0, 2**32)


def device(text: str) -> str:
    """A device that this machine has."""
    import torch  # which the help does without

    try:
        found = torch.device(text)
    except RuntimeError:
        found = None
    if found is None or found.type not in ('cpu', 'cuda'):
        raise argparse.ArgumentTypeError(
            f'expected cpu or cuda, but got {text!r}'
        )
    if found.type == 'cuda':
        number = torch.cuda.device_count()
        if (found.index or 0) >= number:
            raise argparse.ArgumentTypeError(
                f'expected a device that is there, but got {text!r}, and '
                f'torch finds {number} GPUs'
            )
    return text
