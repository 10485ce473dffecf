"""A table of ranks, as ``mmlt predict`` writes it: the classes of each row.

Columns ``class_1``, ``probability_1``, ``class_2``, ...: names of classes, the
most probable first.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .classes import check_none_missing, few
from .tables import Table

__all__ = [
    'check_labels_are_names',
    'is_ranked',
    'ranked_probabilities',
    'stripped',
]

# what tables of ours have before a text that begins like a formula
FORMULA = re.compile(r"^'\s*(?=[=+@-])")


def is_ranked(table: Table) -> bool:
    """Whether the columns are ranks of classes, and not classes."""
    return {'class_1', 'probability_1'} <= set(table.names)


def stripped(table: Table, name: str) -> np.ndarray:
    """A column as (N,) texts, without spaces around them.

    Nor with the apostrophe that a table of ours has before a name that a
    spreadsheet would take for a formula.
    """
    texts = np.char.strip(table.texts(name).astype(str))
    marked = np.flatnonzero(np.char.startswith(texts, "'"))
    for row in marked:
        texts[row] = FORMULA.sub('', str(texts[row]))
    return texts


def check_labels_are_names(
    labels: np.ndarray, names: Sequence[str], path: str | Path
) -> None:
    """See that labels are names of classes, as the other columns are.

    Args:
        labels: (N,) texts.
        names: Of the classes.
        path: The file, for the message.

    Raises:
        ValueError: Naming the labels that are not, or a sample without one.
    """
    check_none_missing(labels, str(path))
    wrong = [label for label in np.unique(labels) if label not in names]
    if wrong:
        raise ValueError(
            f'Expected the labels of {path} to be names of classes, as '
            f'`class_1` has them, but got {few(wrong)}. The classes are '
            f'{few(names)}.'
        )


def ranked_probabilities(
    table: Table, path: str | Path, class_names: Sequence[str] | None
) -> tuple[np.ndarray, list[str]]:
    """Probabilities of all classes, and the names of the classes.

    Args:
        table: Of ranks.
        path: Its file, for the message.
        class_names: C names in the order of the classes; None: those in the
            table, sorted.

    Returns:
        (N, C) float64, and C names.

    Raises:
        ValueError: If a row does not have every class once, or has one that
            is not among ``class_names``.
    """
    ranks = 1
    while {f'class_{ranks + 1}', f'probability_{ranks + 1}'} <= {*table.names}:
        ranks += 1
    numbers = range(1, ranks + 1)
    given = np.stack([stripped(table, f'class_{k}') for k in numbers], axis=1)
    values = table.numbers([f'probability_{k}' for k in numbers])
    found = np.unique(given).tolist()
    names = list(class_names or found)
    unknown = [name for name in found if name not in names]
    if unknown:
        raise ValueError(
            f'Expected the classes in {path} to be among the '
            f'{len(names)} that are known, but got {few(unknown)}. Name all '
            'classes (--names classes.txt), or count their training images.'
        )
    if ranks < len(names):
        raise ValueError(
            f'Expected {path} to have a probability of each of the '
            f'{len(names)} classes, but got those of the {ranks} most '
            f'probable. Write all: `mmlt predict ... --topk {len(names)}`.'
        )
    places = np.argsort(given, axis=1)
    in_order = np.take_along_axis(given, places, axis=1)
    twice = (in_order != np.sort(names)).any(axis=1).nonzero()[0]
    if len(twice):
        raise ValueError(
            f'Expected every row of {path} to have each class once, but got '
            f'{few(given[twice[0]].tolist())} in row {twice[0]} (counted from '
            '0, without the first line). Predict again.'
        )
    probabilities = np.empty_like(values)
    order = np.argsort(names)
    np.put_along_axis(
        probabilities,
        np.broadcast_to(order, values.shape),
        np.take_along_axis(values, places, axis=1),
        axis=1,
    )
    return probabilities, names
