"""A table whose columns are named by the classes: which class is which."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .classes import few, is_whole

__all__ = ['check_classes', 'named_labels']


def check_classes(
    columns: Sequence[str],
    begin: str,
    names: Sequence[str],
    path: str | Path,
    names_from: str | Path | None,
) -> None:
    """See that columns are named by the classes, each once.

    Args:
        columns: Names of classes, as the columns have them.
        begin: What columns begin with, as ``logit_``.
        names: Of the classes.
        path: The table.
        names_from: File that the names are taken from; None: a list of them.

    Raises:
        ValueError: Naming both files, and what each of them lacks.
    """
    source = names_from or 'the list of the classes'
    missing = [f'{begin}{name}' for name in names if name not in columns]
    unknown = [text for text in columns if text not in names]
    got = []
    if missing:
        one = len(missing) == 1
        got += [
            f'{"column" if one else "columns"} {few(missing)} '
            f'{"is" if one else "are"} missing in {path}'
        ]
    if unknown:
        got += [
            f'{source} has no class {few(unknown)}, which {path} has scores of'
        ]
    if got:
        raise ValueError(
            f'Expected {path} and {source} to have the same classes, but '
            f'{", and ".join(got)}. Write both alike, with every class in '
            'both (in a file of counts, 0 for a class without an image).'
        )


def named_labels(
    labels: np.ndarray,
    names: Sequence[str],
    columns: Sequence[str],
    path: str | Path,
    names_from: str | Path | None,
) -> np.ndarray:
    """Labels of a table whose columns are named by the classes.

    Args:
        labels: (N,) texts or numbers.
        names: Of the classes, in their order.
        columns: The same, as the columns stand.
        path: The table.
        names_from: File that the names are taken from; None: their order was
            given, or is that of the columns.

    Returns:
        (N,) names as texts, or the places of classes from 0 as whole numbers
        where no name is a number.

    Raises:
        ValueError: If labels are numbers, and the order of the classes is
            not known.
    """
    texts = [str(label).strip() for label in labels]
    if labels.dtype.kind == 'f':
        texts = [text.removesuffix('.0') for text in texts]
    if set(texts) <= set(names):
        return np.array(texts)
    if not all(map(is_whole, texts)):
        return labels
    if any(map(is_whole, names)):
        return np.array(texts)  # which are names alone, and refused as such
    if names_from is not None and list(names) != list(columns):
        raise ValueError(
            f'Expected to know which class the label {texts[0]} of {path} '
            f'is, but its columns have the order {few(columns)}, and '
            f'{names_from} has {few(names)}. Give the order of the classes, '
            '--names classes.txt, one a line; or labels that are names.'
        )
    return np.array([int(float(text)) for text in texts], dtype=np.int64)
