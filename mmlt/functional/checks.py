"""Checks of arguments: what is wrong, what was given, what to do next.

Every message has one shape::

    Expected `name` to be RULE, but got VALUE. HINT

where the hint is the next step, a full sentence that the caller gives.
Values of tensors are looked at only by check_counts, check_labels and
check_finite: in a forward pass they would wait for the device.
"""

import math
import numbers
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = [
    'at_least_float32',
    'check_choice',
    'check_counts',
    'check_finite',
    'check_floating',
    'check_integer',
    'check_labels',
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
        name: Name of the argument, for the message; several words, such
            as '`gamma` of FCCNeck', are not quoted.
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

    Examples:
        >>> check_real('momentum', 1, 0, 'Try 0.9.', high=1, below=True)
        Traceback (most recent call last):
            ...
        ValueError: Expected `momentum` to be a number in [0, 1), but got 1. \
Try 0.9.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        plain = value is None or isinstance(value, str | bool)
        got = repr(value) if plain else type(value).__name__
        raise TypeError(
            f'Expected {_quoted(name)} to be a Python number, but got '
            f'{got}. {hint}'
        )
    inside = low <= value <= high and math.isfinite(value)
    if not inside or (above and value == low) or (below and value == high):
        rule = _range_rule(low, high, above, below)
        raise ValueError(
            f'Expected {_quoted(name)} to be {rule}, but got {value}. {hint}'
        )
    return float(value)


def _quoted(name: str) -> str:
    return name if ' ' in name else f'`{name}`'


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

    Examples:
        >>> check_integer('num_bins', 0, 1, 'The usual one is 15.')
        Traceback (most recent call last):
            ...
        ValueError: Expected `num_bins` to be an integer >= 1, but got 0. \
The usual one is 15.
    """
    integer = isinstance(value, numbers.Integral) and not isinstance(
        value, bool
    )
    if not integer or value < low or (high is not None and value > high):
        rule = f'>= {low}' if high is None else f'from {low} to {high}'
        raise ValueError(
            f'Expected {_quoted(name)} to be an integer {rule}, but got '
            f'{value!r}. {hint}'
        )
    return int(value)


def check_choice(
    name: str, value: Any, choices: Collection, hint: str | None = None
) -> None:
    """Check that a setting is one of the known ones.

    Args:
        name: Name of the argument, for the message.
        value: What the caller gave.
        choices: The known values; the message lists them.
        hint: What to do about it, a full sentence. None for the known value
            with the nearest spelling, if there is one.

    Raises:
        ValueError: If the value is another one.

    Examples:
        >>> check_choice('norm', 'L1', ('l1', 'l2', 'max'))
        Traceback (most recent call last):
            ...
        ValueError: Expected `norm` to be one of ['l1', 'l2', 'max'], but got \
'L1'. Did you mean 'l1'?
    """
    # `value in choices` would raise its own error for a list or a tensor
    if not any(type(value) is type(c) and value == c for c in choices):
        if hint is None:
            spelled = {str(choice).lower(): choice for choice in choices}
            near = get_close_matches(str(value).lower(), spelled, n=1)
            hint = 'Choose one of the list.'
            if near:
                hint = f'Did you mean {spelled[near[0]]!r}?'
        raise ValueError(
            f'Expected {_quoted(name)} to be one of {list(choices)}, but got '
            f'{value!r}. {hint}'
        )


def check_floating(name: str, value: Tensor) -> None:
    """Check that an argument is a floating point tensor.

    Args:
        name: Name of the argument, for the message.
        value: What the caller gave.

    Raises:
        TypeError: If it is another type, or a tensor of integers.

    Examples:
        >>> check_floating('kappa', torch.tensor([1, 2]))
        Traceback (most recent call last):
            ...
        TypeError: Expected `kappa` to be a floating point tensor, but got \
torch.int64. Call `.float()` or `.double()` first.
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
    """Check that a tensor has elements; no value is read.

    Args:
        name: Name of the argument, for the message.
        value: Any tensor.
        hint: What to do about it, a full sentence.

    Raises:
        ValueError: If it is empty.

    Examples:
        >>> check_not_empty('labels', torch.ones(0), 'Is the test set empty?')
        Traceback (most recent call last):
            ...
        ValueError: Expected `labels` to hold at least one element, but got \
the shape (0,). Is the test set empty?
    """
    if not value.numel():
        raise ValueError(
            f'Expected `{name}` to hold at least one element, but got the '
            f'shape {tuple(value.shape)}. {hint}'
        )


def check_shapes(hint: str, **arguments: tuple[Tensor, str]) -> None:
    """Check that the shapes of tensors belong together.

    A letter stands for one size, the same wherever it stands; a number
    stands for itself::

        check_shapes(hint, probs=(probs, 'N C'), labels=(labels, 'N'))

    Args:
        hint: What to do about it, a full sentence.
        **arguments: Name of the argument -> the tensor and its shape.

    Raises:
        ValueError: If a shape is another one; all of them are named.

    Examples:
        >>> x, y = torch.ones(3, 2), torch.ones(4)
        >>> check_shapes('Fit them.', x=(x, 'N D'), y=(y, 'N'))
        Traceback (most recent call last):
            ...
        ValueError: Expected `x` of the shape (N, D) and `y` of the shape \
(N,), but got (3, 2) and (4,). Fit them.
    """
    sizes: dict[str, int] = {}
    fits = True
    for tensor, shape in arguments.values():
        letters = shape.split()
        fits = fits and len(letters) == tensor.dim()
        for letter, size in zip(letters, tensor.shape, strict=False):
            wanted = int(letter) if letter.isdigit() else size
            # while a graph is recorded a size is a tensor, `&` an operation
            fits = fits and bool(sizes.setdefault(letter, wanted) == size)
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


def check_counts(
    counts: Sequence[float] | np.ndarray | Tensor,
    empty: bool = False,
    hint: str = 'Remove the class, or add images.',
) -> Tensor:
    """Return images per class in float64 after checking them.

    Looks at the values: not for the forward pass.

    Args:
        counts: (C,) training images.
        empty: Whether a class may be without images (but not all of them).
        hint: What to do about a class without images, a full sentence.

    Returns:
        (C,) float64, where the counts are.

    Raises:
        ValueError: If it is no list of counts, or naming the first class
            whose count is not allowed.

    Examples:
        >>> check_counts([500, 0, 5])
        Traceback (most recent call last):
            ...
        ValueError: Expected every class to have a training image, but class \
1 has 0 (1 such classes). Remove the class, or add images.
    """
    counts = torch.as_tensor(counts, dtype=torch.float64)
    if counts.dim() != 1 or not len(counts):
        raise ValueError(
            'Expected `counts` to be one number per class, but got '
            f'shape {tuple(counts.shape)}. Pass the training images of every '
            'class, in the order of the classes.'
        )
    wrong = (~(counts >= 0 if empty else counts > 0)).nonzero().flatten()
    if len(wrong):
        first = int(wrong[0])
        rule = 'a count >= 0' if empty else 'a training image'
        raise ValueError(
            f'Expected every class to have {rule}, but class {first} has '
            f'{counts[first].item():g} ({len(wrong)} such classes). {hint}'
        )
    if not counts.any():
        raise ValueError(
            f'Expected `counts` to be images per class, but all '
            f'{len(counts)} are 0. Count the images of the training set.'
        )
    return counts


def check_labels(
    labels: Tensor, num_classes: int, hint: str, name: str = 'labels'
) -> None:
    """Check that every label is the index of a class.

    Looks at the values: not for the forward pass.

    Args:
        labels: Integers, any shape.
        num_classes: Number of classes.
        hint: What to do about it, a full sentence.
        name: Name of the argument, for the message.

    Raises:
        ValueError: Naming the first that is not.

    Examples:
        >>> check_labels(torch.tensor([0, 3]), 3, 'Which data set is it?')
        Traceback (most recent call last):
            ...
        ValueError: Expected `labels` from 0 to 2, but got 3 at index 1. \
Which data set is it?
    """
    wrong = ((labels < 0) | (labels >= num_classes)).nonzero()
    if len(wrong):
        raise ValueError(
            f'Expected `{name}` from 0 to {num_classes - 1}, but got '
            f'{_at_first(labels, wrong)}. {hint}'
        )


def check_finite(name: str, values: Tensor, hint: str) -> None:
    """Check that a tensor holds neither nan nor infinity.

    Looks at the values: not for the forward pass.

    Args:
        name: Name of the argument, for the message.
        values: Any shape.
        hint: What to do about it, a full sentence.

    Raises:
        ValueError: Naming the first such entry.

    Examples:
        >>> features = torch.tensor([[1.0, 2.0], [float('nan'), 0.0]])
        >>> check_finite('features', features, 'Did the training diverge?')
        Traceback (most recent call last):
            ...
        ValueError: Expected `features` to be finite, but got nan at index \
(1, 0). Did the training diverge?
    """
    finite = values.isfinite()
    if not finite.all():
        raise ValueError(
            f'Expected `{name}` to be finite, but got '
            f'{_at_first(values, (~finite).nonzero())}. {hint}'
        )


def _at_first(values: Tensor, where: Tensor) -> str:
    """The first of some entries and its index, for a message."""
    index = tuple(where[0].tolist())
    written = index[0] if len(index) == 1 else index
    return f'{values[index].item()} at index {written}'


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
