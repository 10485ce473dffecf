"""Pictures of classes by classes: what is confused, and what overlaps."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np

from mmlt.functional import confusion_shares, percent
from mmlt.visualization import (
    confusion_matrix,
    largest_mistake,
    overlap_matrix,
)

from .confusions import confusions_of, most_confused
from .names import slug
from .picture import Panel, Picture, seed_note, shown_runs
from .record import RunRecord

__all__ = ['confusion', 'overlap']

# more classes than this: a part of the matrix
WHOLE = 30
PART = 14


def confusion(records: Sequence[RunRecord]) -> Picture | None:
    """Confusion matrices side by side, of many classes the confused part."""
    shown = shown_runs(records)
    first = records[0]
    size = len(first.class_counts)
    chosen = by_frequency(first)
    caption = (
        'Percent of the test images of the true class (row) that are taken '
        'for the predicted class (column), most training images first'
    )
    if size > WHOLE:
        total = sum(
            map(confusions_of, ([r] for r in shown.values())), Counter()
        )
        chosen = most_confused(total, first.class_counts, PART)
        caption += (
            f'. These {len(chosen)} of {size} classes take part in the most '
            'frequent confusions of all recipes; what is missing to 100 in a '
            'row is taken for others'
        )
    else:
        caption += '; a row sums to 100'
    if len(chosen) < 2:
        return None
    blocks = {
        name: _block_of(record, chosen)
        for name, record in shown.items()
        if record.confusion or record.confused
    }
    if not blocks:
        return None
    full = max(map(largest_mistake, blocks.values()))
    panels = [
        Panel(
            f'confusion-{slug(name)}',
            f'Confusion matrix of {name}'
            + (f', {len(chosen)} of {size} classes' if size > WHOLE else ''),
            partial(
                confusion_matrix,
                block,
                [first.class_names[c] for c in chosen],
                name,
                full=full,
            ),
            *panel_size(len(chosen)),
        )
        for name, block in blocks.items()
    ]
    return Picture(
        'confusion',
        f'{caption}. Blue: right. Orange: mistakes, in full color the '
        f'largest of all, at {full:.0f} percent.' + seed_note(records),
        panels,
        min(3, len(panels)),
    )


def _block_of(record: RunRecord, chosen: Sequence[int]) -> list[list[float]]:
    """Percent of some classes that are taken for each other."""
    if record.confusion:
        shares = percent(confusion_shares(record.confusion)).numpy()
        return shares[np.ix_(chosen, chosen)].tolist()
    pairs = confusions_of([record])
    images, recall = record.classes['test_images'], record.classes['recall']
    return [
        [
            recall[true] or 0.0
            if true == other
            else percent(pairs[true, other] / max(images[true], 1))
            for other in chosen
        ]
        for true in chosen
    ]


def by_frequency(record: RunRecord) -> list[int]:
    """All classes, most training images first, ties by number."""
    counts = record.class_counts
    return sorted(range(len(counts)), key=lambda c: (-counts[c], c))


def panel_size(classes: int) -> tuple[float, float]:
    """Inches of a matrix with names at two sides."""
    return (3.8, 3.7) if classes <= 10 else (4.6, 4.5)


def overlap(records: Sequence[RunRecord]) -> Picture | None:
    """Overlap matrices side by side, of many classes the closest."""
    shown = {n: r for n, r in shown_runs(records).items() if r.overlap_matrix}
    if not shown:
        return None
    size = len(records[0].class_counts)
    panels = []
    for name, record in shown.items():
        matrix = np.array(record.overlap_matrix, dtype=float)
        beside = matrix[~np.eye(size, dtype=bool)]
        lowest, highest = float(beside.min()), float(beside.max())
        chosen = by_frequency(record)
        if size > WHOLE:
            chosen = closest(matrix, record.class_counts)
        digits = digits_for(highest - lowest)
        panels.append(
            Panel(
                f'overlap-{slug(name)}',
                f'Overlap of the class distributions of {name}, from '
                f'{lowest:.4g} to {highest:.4g} percent',
                partial(
                    _overlap,
                    matrix[np.ix_(chosen, chosen)].tolist(),
                    [record.class_names[c] for c in chosen],
                    f'{name}: {lowest:.{digits}f} to {highest:.{digits}f} %',
                    (lowest, highest),
                ),
                *panel_size(len(chosen)),
            )
        )
    part = (
        f' Shown are {PART} of {size} classes, those of the largest overlaps '
        'of each network.'
        if size > WHOLE
        else ''
    )
    return Picture(
        'overlap',
        'Overlap 1 / (1 + KL(i‖j)) of the densities of each two classes, in '
        'percent, of the classifier read as von Mises-Fisher densities. The '
        'color goes from the least to the largest overlap of each network, '
        'which stand above it: compare the numbers, not the colors. Most '
        'training images first. The diagonal, always 100, is left blank.'
        + part
        + seed_note(records),
        panels,
        min(3, len(panels)),
    )


def closest(matrix: np.ndarray, counts: Sequence[int]) -> list[int]:
    """Classes of the largest overlaps, most training images first."""
    above = np.triu(np.maximum(matrix, matrix.T), 1)
    order = np.argsort(-above, axis=None, kind='stable')[: PART * PART]
    pairs = Counter(
        {
            divmod(int(key), len(matrix)): len(order) - i
            for i, key in enumerate(order)
        }
    )
    return most_confused(pairs, counts, PART)


def digits_for(difference: float) -> int:
    """Digits after the point that tell numbers in such a range apart."""
    return 0 if difference >= 10 else 1 if difference >= 1 else 2


def _overlap(matrix, names, title, limits, figure) -> None:
    overlap_matrix(matrix, names, title, limits, figure)
