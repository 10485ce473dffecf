"""Images that show the same: equal files, and near copies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .scan import ImageFacts

__all__ = ['Copies', 'find_copies']

ALIKE = 0.995  # correlation of two thumbnails
BLOCK = 1024  # rows of a block of correlations
ALL_PAIRS = 50_000  # images up to which all pairs are compared


@dataclass
class Copies:
    """Groups of images that belong on one side of a split.

    Args:
        groups: (N,) int64, the same number for images of one group; an image
            without a copy is a group of its own.
        equal: Groups of files with the same content, rows of each.
        alike: Groups that are joined by near copies, rows of each.
        compared: 'all' pairs for near copies, those of a 'class', or 'none'.
    """

    groups: np.ndarray
    equal: list[list[int]]
    alike: list[list[int]]
    compared: str


def find_copies(
    facts: Sequence[ImageFacts], labels: np.ndarray, near: bool = True
) -> Copies:
    """Find equal files and near copies.

    Convention: two images are near copies where their gray thumbnails of
    16 x 16 pixels correlate at 0.995 or more, those of 24 x 24 pixels in color
    too, and their shapes agree within a tenth: the same picture in another
    size, format, quality or brightness. A copy that is mirrored, turned or
    cropped is not found. What is near is joined, so that a chain of near
    copies is one group. Of more than 50,000 images only those of one class
    are compared.

    Args:
        facts: Of images that can be read.
        labels: (N,) their classes.
        near: Whether to look for near copies, or for equal files alone.
    """
    parent = np.arange(len(facts))
    first: dict[bytes, int] = {}
    for row, fact in enumerate(facts):
        _join(parent, first.setdefault(fact.digest, row), row)
    equal = _groups_of(parent)
    compared = 'none'
    if near:
        # one of each group of equal files is enough
        rows = np.asarray([r for r in range(len(facts)) if parent[r] == r])
        compared = 'all' if len(rows) <= ALL_PAIRS else 'class'
        parts = [rows]
        if compared == 'class':
            parts = [rows[labels[rows] == c] for c in np.unique(labels)]
        for part in parts:
            for a, b in _near_pairs(facts, part):
                _join(parent, a, b)
    groups = np.asarray([_root(parent, r) for r in range(len(parent))])
    known = {frozenset(group) for group in equal}
    alike = [g for g in _groups_of(groups) if frozenset(g) not in known]
    return Copies(groups, equal, alike, compared)


def _near_pairs(
    facts: Sequence[ImageFacts], rows: np.ndarray
) -> Iterator[tuple[int, int]]:
    """Pairs of rows whose thumbnails and shapes agree."""
    if len(rows) < 2:
        return
    small = np.stack([facts[r].thumbnail for r in rows]).astype(np.float32)
    sizes = np.asarray([facts[r].size for r in rows], dtype=np.float64)
    shape = np.log(sizes[:, 0] / sizes[:, 1])
    for begin in range(0, len(rows), BLOCK):
        block = small[begin : begin + BLOCK]
        found = np.argwhere(block @ small[begin:].T >= ALIKE)
        for i, j in found.tolist():
            a, b = begin + i, begin + j
            if a >= b or abs(shape[a] - shape[b]) > 0.1:
                continue
            # objects of two colors or places on one ground differ in these
            one, other = facts[rows[a]].colors, facts[rows[b]].colors
            if one.astype(np.float32) @ other.astype(np.float32) >= ALIKE:
                yield int(rows[a]), int(rows[b])


def _root(parent: np.ndarray, row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return int(row)


def _join(parent: np.ndarray, a: int, b: int) -> None:
    a, b = sorted((_root(parent, a), _root(parent, b)))
    parent[b] = a


def _groups_of(parent: np.ndarray) -> list[list[int]]:
    """Rows of each group of two or more."""
    found: dict[int, list[int]] = {}
    for row in range(len(parent)):
        found.setdefault(_root(parent, row), []).append(row)
    return [group for group in found.values() if len(group) > 1]
