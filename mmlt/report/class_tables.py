"""Tables of classes: each of them, the worst and why, what is confused."""

import math
from collections import Counter
from collections.abc import Sequence

import torch

from mmlt.functional import (
    f1_scores,
    mean_over_seeds,
    percent,
    wilson_interval,
)

from .confusions import by_true_class, confusions_of, most_first
from .names import by_recipe
from .record import RunRecord
from .tables import DASH, Sorted, Table, Value

__all__ = ['class_table', 'confusion_table', 'worst_table', 'worst_words']

WORST = 15  # classes that are named
LEAST = 5  # test images below which a recall says too little
CONFUSIONS = 20  # pairs that are named
NAMED = 5  # classes in a sentence
TAKEN_FOR = 3  # classes that a bad one is taken for


def mean_of_classes(group: Sequence[RunRecord], key: str) -> list[float]:
    """(C,) of a value per class, 'recall', the mean over the seeds; nan."""
    rows = [_per_class(record, key) for record in group]
    return [
        mean_over_seeds(list(seeds))[0] for seeds in zip(*rows, strict=True)
    ]


def _per_class(record: RunRecord, key: str) -> list[float]:
    if key == 'f1':
        recall, precision = (
            torch.tensor(_per_class(record, of), dtype=torch.float64) / 100
            for of in ('recall', 'precision')
        )
        return percent(f1_scores(recall, precision)).tolist()
    return [math.nan if v is None else v for v in record.classes[key]]


def class_table(records: Sequence[RunRecord]) -> Table:
    """Every class: images, recall, precision, F1, what it is taken for."""
    groups = by_recipe(records)
    first = records[0]
    several = any(len(group) > 1 for group in groups.values())
    table = Table(
        'classes',
        'Each class',
        'Percent: recall, of the test images of the class; precision, of the '
        'images taken for it; F1, their harmonic mean. Taken for: the class '
        'that its wrong images are taken for most, and how many are. '
        + ('Means over the seeds; all seeds counted. ' if several else '')
        + f'A recall of few test images says little. {DASH}: no such image.',
        ['class', 'training images', 'test images'],
        groups=[('', 3)],
        sortable=True,
    )
    columns, taken = [], []
    for name, group in groups.items():
        table.head += [
            f'{words} {name}'
            for words in ('recall', 'precision', 'F1', 'taken for')
        ]
        table.groups.append((name, 4))
        columns.append(
            [mean_of_classes(group, k) for k in ('recall', 'precision', 'f1')]
        )
        taken.append(by_true_class(confusions_of(group)))
    counts, images = first.class_counts, first.classes['test_images']
    for c in sorted(range(len(counts)), key=lambda c: -counts[c]):
        cells: list[str | Value | Sorted] = [
            first.class_names[c],
            f'{counts[c]:,}',
            f'{images[c]:,}',
        ]
        for values, of in zip(columns, taken, strict=True):
            cells += [Value(value[c], digits=1) for value in values]
            other, number = of.get(c, [(None, 0)])[0]
            name = '' if other is None else first.class_names[other]
            cells.append(Sorted(f'{name} ({number})' if name else '', number))
        table.rows.append(cells)
        mark_best(table, [3 + 4 * i for i in range(len(groups))])
    return table


def mark_best(table: Table, columns: Sequence[int]) -> None:
    """Mark the largest of some numbers of the last row, if one is."""
    values = {i: table.rows[-1][i].mean for i in columns}
    known = {i: v for i, v in values.items() if not math.isnan(v)}
    if len(known) < 2 or len(set(known.values())) == 1:
        return
    largest = max(known.values())
    row = len(table.rows) - 1
    table.best |= {(row, i) for i, v in known.items() if v == largest}


def best_recipe(records: Sequence[RunRecord]) -> str:
    """Name of the recipe of the highest mean macro accuracy."""
    means = {
        name: mean_over_seeds([_macro(record) for record in group])[0]
        for name, group in by_recipe(records).items()
    }
    return max(means, key=lambda name: means[name])


def _macro(record: RunRecord) -> float:
    value = record.numbers['macro_accuracy']
    return -1.0 if value is None else value


def worst_classes(
    records: Sequence[RunRecord],
) -> tuple[list[int], int, list[int]]:
    """The classes of the lowest recall, by the best recipe.

    Returns:
        The classes, the lowest first, of equal ones that with more test
        images; how many test images they have at least, at most as many as
        half of the classes have; and the classes that have fewer.
    """
    images = records[0].classes['test_images']
    tested = [c for c, n in enumerate(images) if n]
    middle = sorted(images[c] for c in tested)[len(tested) // 2 :][:1]
    least = min(LEAST, *middle) if middle else LEAST
    enough = [c for c in tested if images[c] >= least]
    group = by_recipe(records)[best_recipe(records)]
    recall = mean_of_classes(group, 'recall')
    order = sorted(enough, key=lambda c: (recall[c], -images[c], c))
    wrong = [c for c in order if recall[c] < 100]
    most = min(WORST, max(3, len(images) // 2))
    return wrong[:most], least, [c for c in tested if images[c] < least]


def worst_table(records: Sequence[RunRecord]) -> Table | None:
    """The classes that are recognized worst, and what they are taken for."""
    worst, least, fewer = worst_classes(records)
    if not worst:
        return None
    groups = by_recipe(records)
    first, best = records[0], best_recipe(records)
    of_best = by_true_class(confusions_of(groups[best]))
    # the best one is the last: what it takes a class for stands beside it
    names = [name for name in groups if name != best] + [best]
    recalls = {name: mean_of_classes(groups[name], 'recall') for name in names}
    chosen = f' of {best}' if len(names) > 1 else ''
    table = Table(
        'worst-classes',
        'The worst classes, and what they are taken for',
        f'The lowest recalls{chosen}, of classes with at least {least} test '
        f'{"image" if least == 1 else "images"}'
        + _of_fewer(first, fewer, recalls[best])
        + '. Recall in percent, and its 95 % interval (Wilson), which is '
        'wide where test images are few. Taken for: up to '
        f'{TAKEN_FOR} classes, each with its training images in brackets and '
        'how often.',
        ['class', 'training images', 'test images'],
    )
    several = len(names) > 1
    table.head += [f'recall {name}' if several else 'recall' for name in names]
    for words in ('95 % interval', 'taken for'):
        table.head.append(f'{words} {best}' if several else words)
    if several:
        others = [(name, 1) for name in names[:-1]]
        table.groups = [('', 3), *others, (best, 3)]
    for c in worst:
        images = first.classes['test_images'][c]
        # the mean over the seeds: their test images are the same ones
        hits = recalls[best][c] / 100 * images
        low, high = wilson_interval(torch.tensor(hits), torch.tensor(images))
        table.rows.append(
            [
                first.class_names[c],
                f'{first.class_counts[c]:,}',
                f'{images:,}',
                *(Value(recall[c], digits=1) for recall in recalls.values()),
                f'{percent(low):.0f} to {percent(high):.0f}',
                '; '.join(
                    f'{first.class_names[other]} '
                    f'({first.class_counts[other]:,}): {number}'
                    for other, number in of_best.get(c, [])[:TAKEN_FOR]
                ),
            ]
        )
        mark_best(table, [3 + i for i in range(len(groups))])
    return table


def _of_fewer(
    record: RunRecord, classes: Sequence[int], recall: Sequence[float]
) -> str:
    """How many classes have fewer test images, and which are never right."""
    if not classes:
        return ''
    text = f'{len(classes)} {"has" if len(classes) == 1 else "have"} fewer'
    never = [record.class_names[c] for c in classes if recall[c] == 0]
    if never:
        more = f', ... ({len(never)})' if len(never) > NAMED else ''
        text += f'; never right of these: {", ".join(never[:NAMED])}{more}'
    return f' ({text})'


def worst_words(records: Sequence[RunRecord]) -> str | None:
    """What the worst classes have in common, counted."""
    worst, _, _ = worst_classes(records)
    if not worst:
        return None
    first = records[0]
    counts, few = first.class_counts, first.few
    best = best_recipe(records)
    taken = by_true_class(confusions_of(by_recipe(records)[best]))
    larger = sum(counts[taken[c][0][0]] > counts[c] for c in worst)
    rare = sum(counts[c] < few for c in worst)
    total = sum(n < few for n in counts)
    rho = by_recipe(records)[best][0].correlations.get('recall')
    text = (
        f'Of these {len(worst)} classes {rare} are few-shot (fewer than '
        f'{few} training images; of all {len(counts)} classes {total} are), '
        f'and {larger} are taken most often for a class with more training '
        'images.'
    )
    if rho is not None:
        text += (
            " Spearman's correlation of recall and training images over all "
            f'classes: {Value(rho, signed=True)}; 0 would mean that rare '
            'classes are recognized as well as frequent ones.'
        )
    return text


def confusion_table(records: Sequence[RunRecord]) -> Table | None:
    """The most frequent confusions of all runs together."""
    groups = by_recipe(records)
    first = records[0]
    each = {name: confusions_of(group) for name, group in groups.items()}
    total = sum(each.values(), Counter())
    if not total:
        return None
    several = any(len(group) > 1 for group in groups.values())
    table = Table(
        'confusions',
        'The most frequent confusions',
        f'The {min(CONFUSIONS, len(total))} pairs of classes with most test '
        'images of the one taken for the other, all recipes together; in '
        'brackets training images.'
        + (' The seeds of a recipe are counted together.' if several else ''),
        ['true class', 'taken for', 'test images', *groups],
    )
    seeds = max(len(group) for group in groups.values())
    for (true, other), _ in most_first(total)[:CONFUSIONS]:
        names = [
            f'{first.class_names[c]} ({first.class_counts[c]:,})'
            for c in (true, other)
        ]
        images = first.classes['test_images'][true] * seeds
        table.rows.append(
            [
                *names,
                f'{images:,}',
                *(f'{pairs[true, other]:,}' for pairs in each.values()),
            ]
        )
    return table
