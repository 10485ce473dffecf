"""The results of segmentation as a table."""

import statistics
from collections.abc import Sequence

from mmlt.report.table import markdown_lines

from .groups import groups_of, mean_and_spread, values_of
from .ledger import Row

__all__ = ['segmentation_table']

HEAD = (
    'recipe',
    'prior at test',
    'seeds',
    'mIoU',
    'mAcc',
    'aAcc',
    'ECE',
    'IoU head / body / tail',
    'Acc head / body / tail',
    'ECE head / body / tail',
)
GROUPS = ('head', 'body', 'tail')


def segmentation_table(rows: Sequence[Row]) -> str:
    """A line for each recipe and each prior under which it was read.

    Args:
        rows: Of the ledger of segmentation; the last of each seed counts.

    Returns:
        Markdown, or a sentence where there is no row.
    """
    lines = []
    for (_, name), group in groups_of(rows).items():
        shifts = {
            key.rpartition('/')[0]
            for key in group[0].metrics
            if key.endswith('/mIoU')
        }
        for prior in ['', *sorted(shifts)]:
            start = f'{prior}/' if prior else ''
            numbers = [
                mean_and_spread(values_of(group, start + key))
                for key in ('mIoU', 'mAcc', 'aAcc', 'ECE')
            ]
            of_groups = [
                ' / '.join(_mean(group, f'{start}{k}_{g}') for g in GROUPS)
                for k in ('IoU', 'Acc', 'ECE')
            ]
            seeds = str(len(group))
            lines.append([name, prior or '-', seeds, *numbers, *of_groups])
    if not lines:
        return 'No run has ended yet.'
    return markdown_lines(HEAD, lines, ['---'] * len(HEAD))


def _mean(rows: Sequence[Row], key: str) -> str:
    values = values_of(rows, key)
    return f'{statistics.fmean(values):.2f}' if values else '-'
