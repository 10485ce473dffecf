"""Epochs that are given as a number or as a share of the schedule."""

import math
import numbers

__all__ = ['check_epoch', 'epoch_of']

# Products this close to a whole number, relative to the schedule, count as
# it: 0.29 * 100 is 28.999999999999996 in floating point.
_SLACK = 1e-9


def epoch_of(value: int | float, max_epochs: int | None = None) -> int:
    """Epoch that a setting means in a schedule of ``max_epochs`` epochs.

    Convention:
        - the type decides: an ``int`` is an epoch, counted from 0, whatever
          the length of the schedule; a ``float`` in [0, 1) is a share of it.
        - a share is rounded down: 0.25 of 90 epochs is epoch 22. A product
          that is a whole number but for floating point is that number: 0.29
          of 100 epochs is epoch 29.
        - a share never leaves the schedule: the result is below
          ``max_epochs``. An ``int`` may be beyond the end, which means never.

    Args:
        value: An epoch or a share, as :func:`check_epoch` accepts it.
        max_epochs: Epochs in all, >= 1. Only a share needs it.

    Returns:
        The epoch, counted from 0.

    Raises:
        ValueError: If ``value`` is neither, or ``max_epochs`` is missing or
            below 1 where a share needs it.

    Examples:
        >>> epoch_of(50, 200), epoch_of(0.25, 200), epoch_of(0.25, 20)
        (50, 50, 5)

    Source:
        Ours: a share of the schedule, rounded to an epoch.
    """
    value = check_epoch('value', value)
    if isinstance(value, int):
        return value
    if max_epochs is None or max_epochs < 1:
        raise ValueError(
            f'Expected `max_epochs` to be a number >= 1 for the share {value} '
            f'of the schedule, but got {max_epochs}. `LongTailHook` tells '
            'it to the parts of a training; an integer epoch needs none.'
        )
    product = value * max_epochs
    nearest = round(product)
    if abs(product - nearest) > _SLACK * max_epochs:
        nearest = math.floor(product)
    return min(nearest, max_epochs - 1)


def check_epoch(name: str, value: int | float) -> int | float:
    """Return a setting that counts epochs after checking it.

    Args:
        name: Name of the setting, for the message.
        value: What the caller gave: an integer >= 0, an epoch counted from
            0; or a float in [0, 1), a share of the schedule.

    Returns:
        The value as a Python int or float.

    Raises:
        ValueError: If it is neither.

    Examples:
        >>> check_epoch('begin', 50), check_epoch('begin', 0.25)
        (50, 0.25)

    Source:
        Ours: an argument check.
    """
    hint = '0 is the first epoch, 0.25 is epoch 50 of 200.'
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        pass  # refused below
    elif isinstance(value, numbers.Integral):
        if value >= 0:
            return int(value)
    elif 0 <= value < 1:
        return float(value)
    elif value >= 1:
        hint = 'Pass an int for an epoch'
        hint += f': {value:.0f}.' if value == value // 1 else '.'
    raise ValueError(
        f'Expected `{name}` to be an integer >= 0 (an epoch, counted from 0) '
        'or a float in [0, 1) (a share of the schedule), but got '
        f'{value!r}. {hint}'
    )
