"""Which values of which settings are tried, as the command line says it."""

import ast
import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ['Choices', 'Interval', 'grid', 'read_space']

KINDS = ('log', 'uniform', 'integer')
# of the numbers that are drawn from an interval
DIGITS = 4


@dataclass(frozen=True)
class Choices:
    """Values that are written out.

    Args:
        key: Of the setting, with dots.
        values: One or more, each once.
    """

    key: str
    values: tuple

    def holds(self, value: Any) -> bool:
        """Whether a value is one of them, of its type."""
        return any(
            value == v and isinstance(value, bool) == isinstance(v, bool)
            for v in self.values
        )


@dataclass(frozen=True)
class Interval:
    """Numbers from ``low`` to ``high``.

    Args:
        key: Of the setting, with dots.
        kind: 'log' (the logarithm is drawn), 'uniform' or 'integer'.
        low: The least.
        high: The largest.
    """

    key: str
    kind: str
    low: float
    high: float

    def holds(self, value: Any) -> bool:
        """Whether a value lies in it."""
        is_number = isinstance(value, int | float)
        return is_number and self.low <= value <= self.high

    def shortened(self, value: float) -> float:
        """A number of it with four digits, which a command can name."""
        if self.kind == 'integer':
            return int(value)
        short = float(f'{value:.{DIGITS}g}')
        return min(max(short, self.low), self.high)


def read_space(words: Sequence[str]) -> list[Choices | Interval]:
    """The space that words such as ``key=1,2`` and ``key=log(1e-3,1)`` span.

    Args:
        words: One for each setting: the key with dots, '=' and values with
            commas between them, or 'log', 'uniform' or 'integer' with the
            two ends in parentheses.

    Returns:
        One part for each word.

    Raises:
        ValueError: If a word is not that, or two name the same setting.
    """
    space = [_read(word) for word in words]
    keys = [part.key for part in space]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(
                f'Expected each setting once after --over, but got {key} '
                'more than once. Write all its values behind one =.'
            )
    return space


def _read(word: str) -> Choices | Interval:
    key, _, text = word.partition('=')
    if not all(key.split('.')) or ' ' in key or not text:
        raise ValueError(
            f'Expected --over to have KEY=VALUES, but got {word!r}. Write it '
            'as model.head.loss.tau=0.5,1,1.5.'
        )
    found = re.fullmatch(r'(\w+)\((.*)\)', text)
    if found:
        return _interval(key, *found.groups())
    values = tuple(_value(part) for part in text.split(','))
    if len(set(map(repr, values))) < len(values) or '' in values:
        raise ValueError(
            f'Expected the values of {key} to be different ones with commas '
            f'between them, but got {text!r}. Write each once.'
        )
    return Choices(key, values)


def _interval(key: str, kind: str, text: str) -> Interval:
    ends = [_value(part) for part in text.split(',')]
    numbers = len(ends) == 2 and all(
        isinstance(end, int | float) and math.isfinite(end) for end in ends
    )
    hint = 'Write it as log(1e-3,1e-1), uniform(0,2) or integer(1,5).'
    if kind not in KINDS or not numbers or not ends[0] < ends[1]:
        raise ValueError(
            f'Expected an interval of {key} to be {", ".join(KINDS)} with '
            f'two numbers, the lower first, but got {kind}({text}). {hint}'
        )
    if kind == 'log' and ends[0] <= 0:
        raise ValueError(
            f'Expected a log interval of {key} to begin above 0, but got '
            f'{ends[0]:g}. {hint}'
        )
    if kind == 'integer' and any(end != int(end) for end in ends):
        raise ValueError(
            f'Expected an integer interval of {key} to have whole ends, but '
            f'got {kind}({text}). {hint}'
        )
    return Interval(key, kind, *ends)


def _value(text: str) -> Any:
    """A number or another literal of Python; a word as it is."""
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, ValueError):
        return text.strip()


def grid(space: Sequence[Choices]) -> list[dict[str, Any]]:
    """Every combination, the last setting changing fastest.

    Args:
        space: Choices alone.

    Returns:
        Settings, key to value, of each trial.
    """
    keys = [part.key for part in space]
    values = [part.values for part in space]
    return [
        dict(zip(keys, combination, strict=True))
        for combination in itertools.product(*values)
    ]
