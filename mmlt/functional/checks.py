"""Checks of arguments: what is wrong, what was given, what to do next.

Every message has one shape::

    Expected `name` to be RULE, but got VALUE. HINT

where the hint is the next step, a full sentence that the caller gives.
Values of tensors are looked at only where a function says so: a check of a
forward pass would wait for the device.
"""

import math
import numbers
from collections.abc import Collection
from typing import Any

import torch
from torch import Tensor

__all__ = [
    'at_least_float32',
    'check_choice',
    'check_floating',
    'check_integer',
    'check_not_empty',
    'check_real',
    'check_shapes',
    'to_float64',
]


def check_real(
    name: str,
    value: float,
    low: float,
    hint: str,
    *,
    high: float = math.inf,
    above: bool = False,
    below: bool = False,
) -> float:
    """Return a number as a float, after checking that it is in a range.

    Args:
        name: Name of the argument, for the message.
        value: What the caller gave.
        low: Smallest allowed value; ``-inf`` for any.
        hint: What to do about it, a full sentence.
        high: Largest allowed value. An infinite value is never allowed.
        above: Whether ``low`` itself is refused.
        below: Whether ``high`` itself is refused.

    Returns:
        The value as a Python float.

    Raises:
        TypeError: If ``value`` is not a Python number.
        ValueError: If it is not finite, or outside the range.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(
            f'Expected `{name}` to be a Python number, but got '
            f'{type(value).__name__}. {hint}'
        )
    inside = low <= value <= high and math.isfinite(value)
    if not inside or (above and value == low) or (below and value == high):
        rule = _range_rule(low, high, above, below)
        raise ValueError(
            f'Expected `{name}` to be {rule}, but got {value}. {hint}'
        )
    return float(value)


def _range_rule(low: float, high: float, above: bool, below: bool) -> str:
    if math.isfinite(high) and math.isfinite(low):
        opened, closed = '(' if above else '[', ')' if below else ']'
        return f'a number in {opened}{low:g}, {high:g}{closed}'
    if math.isfinite(high):
        return f'a finite number {"<" if below else "<="} {high:g}'
    if math.isfinite(low):
        return f'a finite number {">" if above else ">="} {low:g}'
    return 'a finite number'


def check_integer(
    name: str, value: int, low: int, hint: str, *, high: int | None = None
) -> int:
    """Return an integer, after checking that it is in a range.

    Args:
        name: Name of the argument, for the message.
        value: What the caller gave. An integer of numpy is one; a bool and
            a float are none.
        low: Smallest allowed value.
        hint: What to do about it, a full sentence.
        high: Largest allowed value; None for no limit.

    Returns:
        The value as a Python int.

    Raises:
        ValueError: If ``value`` is no integer, or outside the range.
    """
    integer = isinstance(value, numbers.Integral) and not isinstance(
        value, bool
    )
    if not integer or value < low or (high is not None and value > high):
        rule = f'>= {low}' if high is None else f'from {low} to {high}'
        raise ValueError(
            f'Expected `{name}` to be an integer {rule}, but got {value!r}. '
            f'{hint}'
        )
    return int(value)


def check_choice(
    name: str, value: Any, choices: Collection, hint: str
) -> None:
    """Refuse a setting that is not one of the known ones.

    Args:
        name: Name of the argument, for the message.
        value: What the caller gave.
        choices: The known values; the message lists them.
        hint: What to do about it, a full sentence.

    Raises:
        ValueError: If the value is another one.
    """
    # `value in choices` would raise its own error for a list or a tensor
    if not any(type(value) is type(c) and value == c for c in choices):
        raise ValueError(
            f'Expected `{name}` to be one of {list(choices)}, but got '
            f'{value!r}. {hint}'
        )


def check_floating(name: str, value: Tensor) -> None:
    """Refuse what is not a floating point tensor.

    Args:
        name: Name of the argument, for the message.
        value: What the caller gave.

    Raises:
        TypeError: If it is another type, or a tensor of integers.
    """
    if not isinstance(value, Tensor):
        raise TypeError(
            f'Expected `{name}` to be a floating point tensor, but got '
            f'{type(value).__name__}. Wrap it in torch.as_tensor.'
        )
    if not value.is_floating_point():
        raise TypeError(
            f'Expected `{name}` to be a floating point tensor, but got '
            f'{value.dtype}. Call `.float()` or `.double()` first.'
        )


def check_not_empty(name: str, value: Tensor, hint: str) -> None:
    """Refuse a tensor without elements; no value is looked at.

    Args:
        name: Name of the argument, for the message.
        value: Any tensor.
        hint: What to do about it, a full sentence.

    Raises:
        ValueError: If it is empty.
    """
    if not value.numel():
        raise ValueError(
            f'Expected `{name}` to hold at least one element, but got the '
            f'shape {tuple(value.shape)}. {hint}'
        )


def check_shapes(hint: str, **arguments: tuple[Tensor, str]) -> None:
    """Refuse tensors whose shapes do not belong together.

    A letter stands for one size, the same wherever it stands; a number
    stands for itself::

        check_shapes(hint, probs=(probs, 'N C'), labels=(labels, 'N'))

    Args:
        hint: What to do about it, a full sentence.
        **arguments: Name of the argument -> the tensor and its shape.

    Raises:
        ValueError: If a shape is another one; all of them are named.
    """
    sizes: dict[str, int] = {}
    fits = True
    for tensor, shape in arguments.values():
        letters = shape.split()
        fits &= len(letters) == tensor.dim()
        for letter, size in zip(letters, tensor.shape, strict=False):
            wanted = int(letter) if letter.isdigit() else size
            fits &= sizes.setdefault(letter, wanted) == size
    if not fits:
        rules = [
            f'`{name}` of the shape {_written(shape.split())}'
            for name, (_, shape) in arguments.items()
        ]
        got = [_written(t.shape) for t, _ in arguments.values()]
        raise ValueError(
            f'Expected {" and ".join(rules)}, but got {" and ".join(got)}. '
            f'{hint}'
        )


def _written(shape: Collection) -> str:
    comma = ',' if len(shape) == 1 else ''
    return f'({", ".join(str(size) for size in shape)}{comma})'


def at_least_float32(value: Tensor) -> Tensor:
    """A floating point tensor in float32, or as it is where it is wider.

    Half precision has 8 to 11 bits: a softmax over many classes, or a sum
    over a batch, would lose the result.
    """
    return value.to(torch.promote_types(value.dtype, torch.float32))


def to_float64(name: str, value: Tensor) -> tuple[Tensor, torch.dtype]:
    """Return ``value`` in float64, and the dtype results are returned in.

    Args:
        name: Name of the argument, for the message.
        value: A floating point tensor.

    Returns:
        The tensor in float64; the dtype of ``value``, or float32 where that
        is float16 or bfloat16 (their 8 to 11 bits would waste the result).

    Raises:
        TypeError: If ``value`` is not a floating point tensor.
    """
    check_floating(name, value)
    dtype = torch.promote_types(value.dtype, torch.float32)
    return value.to(torch.float64), dtype
