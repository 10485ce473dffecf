"""Which array of a file is the scores, and which the labels.

Nothing is guessed: a name says whether scores are logits or probabilities,
or the caller does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .classes import class_numbers
from .named_columns import check_classes, named_labels
from .ranked import (
    check_labels_are_names,
    is_ranked,
    ranked_probabilities,
    stripped,
)
from .reading import as_array
from .tables import Table

__all__ = ['Scores', 'scores_of']

KINDS = ('logits', 'probabilities')
# names of arrays; what says no kind is what the caller says
ARRAYS = {
    'logits': 'logits',
    'probabilities': 'probabilities',
    'probs': 'probabilities',
    'pred_score': 'probabilities',  # of mmpretrain
    'scores': None,
    'predictions': None,  # of Hugging Face
}
# beginnings of columns, one column a class
COLUMNS = {
    'logit_': 'logits',
    'probability_': 'probabilities',
    'prob_': 'probabilities',
    'score_': None,
}
LABELS = ('labels', 'label', 'targets', 'target', 'label_ids', 'gt_label')
RULE = (
    'Name the scores `logits` or `probabilities` (N, C) and the labels '
    '`labels` (N,); in a table, a column `label` and a column for each '
    'class, `logit_CLASS` or `probability_CLASS`, where CLASS is the name of '
    'the class or its number from 0.'
)


@dataclass(frozen=True)
class Scores:
    """Scores and labels, as a file has them.

    Args:
        values: (N, C).
        kind: 'logits' or 'probabilities'.
        labels: (N,) numbers or names.
        names: C names of the classes, where the columns are named by them.
    """

    values: np.ndarray
    kind: str
    labels: np.ndarray
    names: list[str] | None = None


def scores_of(
    content: dict[str, Any] | Table,
    path: str | Path,
    kind: str | None = None,
    class_names: Sequence[str] | None = None,
    names_from: str | Path | None = None,
) -> Scores:
    """The scores and the labels of a file.

    Args:
        content: Of :func:`~mmlt.predictions.reading.read_arrays`.
        path: The file, for the message.
        kind: 'logits' or 'probabilities'; None: the name says it.
        class_names: C names, in the order of the classes, where columns are
            named by them; None: as the columns stand.
        names_from: File that ``class_names`` are taken from, where that does
            not say that its order is the one of the scores.

    Raises:
        ValueError: If a name is missing or there twice, or says another
            kind.
    """
    if isinstance(content, Table):
        return of_table(content, path, kind, class_names, names_from)
    name = only(ARRAYS, content, 'scores', path)
    label = only(LABELS, content, 'labels', path)
    return Scores(
        as_array(content[name], name, path),
        kind_of(name, ARRAYS[name], kind, path),
        as_array(content[label], label, path),
    )


def of_table(
    table: Table,
    path: str | Path,
    kind: str | None,
    class_names: Sequence[str] | None,
    names_from: str | Path | None = None,
) -> Scores:
    """:func:`scores_of`, of columns."""
    label = only(LABELS, table.names, 'labels', path)
    if is_ranked(table):
        values, names = ranked_probabilities(table, path, class_names)
        kind = kind_of('probability_1', 'probabilities', kind, path)
        labels = stripped(table, label)
        check_labels_are_names(labels, names, path)
        return Scores(values, kind, labels, names)
    begins = [
        begin
        for begin in COLUMNS
        if any(name.startswith(begin) for name in table.names)
    ]
    begin = only(begins, begins, 'scores', path, table.names)
    columns = {
        name.removeprefix(begin): name
        for name in table.names
        if name.startswith(begin)
    }
    names = None
    named = not all(text.isdecimal() for text in columns)
    if named or set(columns) == set(class_names or ()):
        names = list(class_names or columns)
        check_classes(list(columns), begin, names, path, names_from)
    order = class_numbers(list(columns), names, f'the columns of {path}')
    ordered = sorted(zip(order, columns.values(), strict=True))
    labels = table.texts(label)
    if names is not None:
        labels = named_labels(labels, names, list(columns), path, names_from)
    return Scores(
        table.numbers([name for _, name in ordered]),
        kind_of(f'{begin}CLASS', COLUMNS[begin], kind, path),
        labels,
        names,
    )


def only(
    known: Sequence[str] | dict,
    there: Sequence[str] | dict,
    what: str,
    path: str | Path,
    listed: Sequence[str] | None = None,
) -> str:
    """The one name of several that is there.

    Args:
        known: Names that it may have.
        there: Names in the file.
        what: It is, for the message.
        path: The file, for the message.
        listed: What the message lists, for ``there``.

    Raises:
        ValueError: If there is none of them, or several.
    """
    found = [name for name in known if name in there]
    if len(found) == 1:
        return found[0]
    names = list(there if listed is None else listed)
    more = ', ...' if len(names) > 8 else ''
    got = ' and '.join(found) or f'{", ".join(names[:8])}{more}' or 'nothing'
    raise ValueError(
        f'Expected {"one" if found else "an"} array or column of the {what} '
        f'in {path}, but got {got}. {RULE}'
    )


def kind_of(
    name: str, says: str | None, kind: str | None, path: str | Path
) -> str:
    """What the scores are: the name and the caller must agree.

    Raises:
        ValueError: If none says it, or they differ.
    """
    if says and kind and says != kind:
        raise ValueError(
            f'Expected the scores of {path} to be {kind}, as `kind` says, '
            f'but got `{name}`, which are {says}. Rename them, or leave the '
            'kind out.'
        )
    if not (says or kind):
        raise ValueError(
            'Expected to know whether scores are logits or probabilities, '
            f'but got `{name}` in {path}. Say it (--kind logits), or rename '
            'them to `logits` or `probabilities`.'
        )
    return says or kind
