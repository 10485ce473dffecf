"""What the ledger has of one method, for the page of that method."""

from collections.abc import Collection, Sequence

from mmlt.report.table import markdown_lines

from .groups import EARLIER, groups_of, marked, mean_and_spread, values_of
from .ledger import Row

__all__ = ['method_table']

# protocol of the ledger -> how a page calls it
SCHEDULES = {
    'full': 'of the recipe',
    'fast': '[40 epochs](../../docs/results.md#the-fast-protocol)',
    'short': '20 epochs',
}
HEAD = ('run', 'schedule', 'seeds', 'top-1', 'many / medium / few', 'ECE')


def method_table(
    rows: Sequence[Row], method: str, earlier: Collection[str] = ()
) -> str:
    """Our runs of a method as Markdown, those of whole schedules first.

    Args:
        rows: Of the ledger.
        method: Folder of its recipes.
        earlier: Digests of rows whose recipe has changed.

    Returns:
        A table of what was measured on whole training sets, means over the
        seeds in percent; a sentence where that is nothing.
    """
    groups = groups_of(rows, earlier)
    lines = [
        [
            marked(name.removeprefix(f'{method}/'), group, earlier),
            schedule,
            str(len(group)),
            mean_and_spread(values_of(group, 'top1')),
            ' / '.join(
                mean_and_spread(values_of(group, shot))
                for shot in ('many', 'medium', 'few')
            ),
            mean_and_spread(values_of(group, 'ece')),
        ]
        for protocol, schedule in SCHEDULES.items()
        for (kind, name), group in groups.items()
        if kind == protocol and name.startswith(f'{method}/')
    ]
    if not lines:
        return 'Ours: not run yet.'
    table = markdown_lines(HEAD, lines, ['---'] * len(HEAD))
    head = 'Ours, of the last epoch, in percent (`results/README.md`):'
    if '†' in table:
        table += f'\n\n† {EARLIER}.'
    return f'{head}\n\n{table}'
