"""Where a share becomes a number in percent."""

from typing import Any, TypeVar

__all__ = ['percent']

Shares = TypeVar('Shares')


def percent(shares: Shares) -> Shares:
    """100 times a share, or every share of a tensor, a list or a dict.

    Convention: functions return shares, in [0, 1]. What is shown or written
    (the values of metrics, of ``run_numbers``, of a report) is in percent,
    and is multiplied here, once. Functions that draw take percent as well,
    so no number turns back.

    Args:
        shares: A number, a tensor or an array; a list, tuple or dict of
            these.

    Returns:
        The same in percent; nan stays nan.

    Examples:
        >>> percent({'top1': 0.5, 'recall': [0.25, 1.0]})
        {'top1': 50.0, 'recall': [25.0, 100.0]}

    Source:
        Textbook: a hundred times.
    """
    value: Any = shares  # its type is known case by case
    if isinstance(value, dict):
        value = {name: percent(share) for name, share in value.items()}
    elif isinstance(value, list | tuple):
        value = type(value)(percent(share) for share in value)
    else:
        value = 100 * value
    return value
