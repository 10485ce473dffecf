"""The runs side by side: the numbers one looks at first, what differs."""

import math
from collections.abc import Sequence

from mmlt.functional import mean_over_seeds

from .names import by_recipe
from .record import RunRecord
from .tables import DASH, Table, Value

__all__ = ['is_imbalanced', 'overview_table', 'settings_table']

SETTINGS = 40  # rows of differences that are shown
# test images of the largest class by those of the smallest from which the
# mean over images is another number than the mean over classes
IMBALANCED = 2


def is_imbalanced(record: RunRecord) -> bool:
    """Whether large classes decide what a mean over test images is."""
    images = [n for n in record.classes['test_images'] if n]
    return max(images) >= IMBALANCED * min(images)


def never_right(record: RunRecord) -> float:
    """Classes with a test image of which none is recognized."""
    return float(sum(value == 0 for value in record.classes['recall']))


def overview_table(records: Sequence[RunRecord]) -> Table:
    """One row per recipe, in names a person knows; the best are marked."""
    groups = by_recipe(records)
    first = records[0]
    many, few = first.many, first.few
    top1, macro = (
        ('top-1 accuracy', 'top1', True, 2),
        ('macro accuracy', 'macro_accuracy', True, 2),
    )
    skewed = is_imbalanced(first)
    columns = [
        *((macro, top1) if skewed else (top1, macro)),
        (f'many-shot (> {many})', 'many', True, 2),
        (f'medium-shot ({few} to {many})', 'medium', True, 2),
        (f'few-shot (< {few})', 'few', True, 2),
        ('macro F1', 'macro_f1', True, 2),
        ('macro AUROC', 'auroc', True, 2),
        ('classes never right', None, False, 0),
        ('calibration error (ECE)', 'ece', False, 2),
        ('NLL', 'nll', False, 3),
    ]
    images = [n for n in first.classes['test_images'] if n]
    table = Table(
        'comparison',
        'Comparison',
        'Percent; NLL in nats. '
        + (
            'The test set is not balanced: its classes have '
            f'{min(images):,} to {max(images):,} images, and top-1 is decided '
            'by the large ones. So macro accuracy, the mean of the recalls '
            'of the classes, comes first. '
            if skewed
            else 'Macro accuracy is the mean of the recalls of the classes. '
        )
        + 'Shot groups by training images, means over their classes. '
        'AUROC: how well the probability of a class ranks its images before '
        'all others. Calibration error and NLL: less is better.'
        + (' Bold: the best of the column.' if len(groups) > 1 else ''),
        [''],
    )
    rows: dict[str, list[Value]] = {name: [] for name in groups}
    for words, key, larger, digits in columns:
        means = {}
        for name, group in groups.items():
            values = [_number(record, key) for record in group]
            means[name] = Value(*mean_over_seeds(values), digits)
        known = [v.mean for v in means.values() if not math.isnan(v.mean)]
        if not known:
            continue
        table.head.append(words)
        best = max(known) if larger else min(known)
        for i, (name, value) in enumerate(means.items()):
            rows[name].append(value)
            if len(set(known)) > 1 and value.mean == best:
                table.best.add((i, len(table.head) - 1))
    table.rows = [[name, *values] for name, values in rows.items()]
    return table


def _number(record: RunRecord, key: str | None) -> float:
    if key is None:
        return never_right(record)
    value = record.numbers.get(key)
    return math.nan if value is None else value


def settings_table(records: Sequence[RunRecord]) -> Table | None:
    """Settings in which the recipes differ; None where there are none."""
    shown = {name: group[0] for name, group in by_recipe(records).items()}
    settings = {name: record.settings or {} for name, record in shown.items()}
    paths = dict.fromkeys(path for s in settings.values() for path in s)
    differ = [
        path
        for path in paths
        if len({repr(s.get(path, DASH)) for s in settings.values()}) > 1
    ]
    if not differ:
        return None
    more = len(differ) - SETTINGS
    table = Table(
        'settings',
        'Settings that differ',
        'Of model, data, optimizer and schedule; the others are the same. '
        f'{DASH}: not set.'
        + (f' {more} more: `settings` of the files.' if more > 0 else ''),
        ['setting', *shown],
    )
    for path in differ[:SETTINGS]:
        table.rows.append(
            [path, *(_text(s.get(path, DASH)) for s in settings.values())]
        )
    return table


def _text(value) -> str:
    text = str(value)
    return text if len(text) <= 60 else f'{text[:57]}...'
