"""Which class is taken for which, over the seeds of a recipe."""

from collections import Counter
from collections.abc import Iterable, Sequence

from .record import RunRecord

__all__ = ['by_true_class', 'confusions_of', 'most_confused']

Pairs = Counter[tuple[int, int]]


def confusions_of(group: Iterable[RunRecord]) -> Pairs:
    """(True, predicted) class to how often, the seeds together."""
    pairs: Pairs = Counter()
    for record in group:
        for true, taken_for, number in record.confused or ():
            pairs[true, taken_for] += number
        for true, row in enumerate(record.confusion or ()):
            for taken_for, number in enumerate(row):
                if number and taken_for != true:
                    pairs[true, taken_for] += number
    return pairs


def by_true_class(pairs: Pairs) -> dict[int, list[tuple[int, int]]]:
    """True class to the classes it is taken for and how often, most first."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (true, taken_for), number in most_first(pairs):
        found.setdefault(true, []).append((taken_for, number))
    return found


def most_first(pairs: Pairs) -> list[tuple[tuple[int, int], int]]:
    """The pairs, the most frequent first; ties by class."""
    return sorted(pairs.items(), key=lambda item: (-item[1], item[0]))


def most_confused(
    pairs: Pairs, counts: Sequence[int], number: int
) -> list[int]:
    """Classes of the most frequent confusions, most training images first.

    Args:
        pairs: Of :func:`confusions_of`.
        counts: (C,) training images.
        number: At most so many classes.
    """
    chosen: dict[int, None] = {}
    for pair, _ in most_first(pairs):
        if len(chosen | dict.fromkeys(pair)) > number:
            break
        chosen |= dict.fromkeys(pair)
    return sorted(chosen, key=lambda c: (-counts[c], c))
