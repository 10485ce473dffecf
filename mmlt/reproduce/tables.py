"""The ledger as tables: results.csv, pages of results, heads of recipes."""

import re
import statistics
import textwrap
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from mmlt.report.table import between_marks, csv_text, markdown_lines

from .groups import EARLIER, groups_of, marked, mean_and_spread, values_of
from .ledger import Row, read_ledger
from .methods import method_table
from .plan import Plan
from .ranking import (
    newcomers_table,
    ranked,
    ranking_table,
    spread_in_words,
)
from .segmentation import segmentation_table

__all__ = ['rendered']

COLUMNS = (
    'config',
    'with',
    'options',
    'protocol',
    'seed',
    'epochs',
    'top1',
    'many',
    'medium',
    'few',
    'ece',
    'overlap',
    'nll',
    'minutes',
    'device',
    'commit',
    'date',
    'note',
)
METRICS = ('top1', 'many', 'medium', 'few', 'ece', 'overlap', 'nll')
HEAD = re.compile(
    r'Ours: (?:not run yet'
    r'|[^\n]*?\(?(?:results/README|docs/segmentation)\.md\)?)'
)

# what every checkout has
PAGES = ('results/README.md', 'docs/results.md', 'docs/segmentation.md')
SEGMENTATION = Path('results', 'segmentation.jsonl')


def rendered(
    rows: Sequence[Row],
    plan: Plan,
    root: Path,
    earlier: Collection[str] = (),
) -> dict[Path, str]:
    """Every file that shows the ledger, and what it should hold.

    Args:
        rows: Of the ledger; that of segmentation is read beside it.
        plan: For the published numbers.
        root: Top of the checkout.
        earlier: Digests of rows whose recipe has changed since.

    Returns:
        Path to text.

    Raises:
        FileNotFoundError: If ``root`` is no checkout.
    """
    for name in PAGES:
        if not (root / name).is_file():
            raise FileNotFoundError(
                'Expected a ledger in the folder `results` of a checkout of '
                'mmlt, in which the tables are then written, but there is no '
                f'{root / name}. Name that of a checkout with --ledger.'
            )
    page = root / 'results' / 'README.md'
    text = between_marks(
        page.read_text('utf-8'),
        '<!-- comparison: begin -->',
        '<!-- comparison: end -->',
        f'\n\n{comparison(rows, plan, earlier)}\n\n',
    )
    cells = [cells_of(row, earlier) for row in rows]
    table = markdown_lines(COLUMNS, cells, ['---'] * len(COLUMNS))
    text = between_marks(
        text,
        '<!-- table: begin -->',
        '<!-- table: end -->',
        f'\n\n{table}\n\n',
    )
    found = {
        page: text,
        root / 'results' / 'results.csv': csv_text(COLUMNS, cells),
    }
    findings = root / 'docs' / 'results.md'
    text = findings.read_text('utf-8')
    methods = ranked(rows, plan, data='cifar100lt', earlier=earlier)
    for name, made in (
        ('seeds', textwrap.fill(spread_in_words(methods), 90)),
        ('newcomers', newcomers_table(methods)),
        ('ranking', ranking_table(methods)),
    ):
        text = between_marks(
            text,
            f'<!-- {name}: begin -->',
            f'<!-- {name}: end -->',
            f'\n\n{made}\n\n',
        )
    found[findings] = text
    pixels = read_ledger(root / SEGMENTATION)
    page = root / 'docs' / 'segmentation.md'
    found[page] = between_marks(
        page.read_text('utf-8'),
        '<!-- results: begin -->',
        '<!-- results: end -->',
        f'\n\n{segmentation_table(pixels)}\n\n',
    )
    for page in sorted((root / 'configs').glob('[!_]*/README.md')):
        found[page] = between_marks(
            page.read_text('utf-8'),
            '<!-- ours: begin -->',
            '<!-- ours: end -->',
            f'\n\n{method_table(rows, page.parent.name, earlier)}\n\n',
        )
    for path in sorted((root / 'configs').glob('[!_]*/*.py')):
        old = path.read_text('utf-8')
        recipe = f'{path.parent.name}/{path.stem}'
        if HEAD.search(old):
            said = ours([*rows, *pixels], recipe, earlier)
            found[path] = HEAD.sub(f'Ours: {said}', old, count=1)
    return found


def cells_of(row: Row, earlier: Collection[str] = ()) -> list[str]:
    """A row as the cells of the long table."""
    notes = [row.note, 'earlier settings' * (row.digest in earlier)]
    numbers = {
        name: '' if row.metrics.get(name) is None else f'{value:.2f}'
        for name in METRICS
        for value in (row.metrics.get(name),)
    }
    cells = {
        'config': f'configs/{row.recipe}.py',
        'with': ' '.join(row.overlays),
        'options': ' '.join(f'{k}={v}' for k, v in row.options.items()),
        'protocol': row.protocol,
        'seed': row.seed,
        'epochs': row.epochs,
        **numbers,
        'minutes': '' if row.minutes is None else f'{row.minutes:.1f}',
        'device': row.device,
        'commit': row.commit or '',
        'date': row.date or '',
        'note': '; '.join(filter(None, notes)),
    }
    return [str(cells[name]) for name in COLUMNS]


def comparison(
    rows: Sequence[Row], plan: Plan, earlier: Collection[str] = ()
) -> str:
    """Ours beside what others printed, a line for each variant."""
    published = {}
    for job in plan.jobs:
        published.setdefault((job.protocol, job.variant), job)
    head = (
        'run',
        'protocol',
        'seeds',
        'top-1',
        'published',
        'difference',
        'many / medium / few',
        'ECE',
        'published ECE',
        'source',
    )
    lines = []
    for (protocol, name), group in groups_of(rows, earlier).items():
        job = published.get((protocol, name))
        theirs: Mapping[str, float] = job.published if job else {}
        source = job.source if job else None
        top1 = values_of(group, 'top1')
        shots = [
            mean_and_spread(
                values_of(group, shot)[:1]
                and [statistics.fmean(values_of(group, shot))]
            )
            for shot in ('many', 'medium', 'few')
        ]
        lines.append(
            [
                marked(name, group, earlier),
                protocol,
                str(len(group)),
                mean_and_spread(top1),
                _number(theirs.get('top1')),
                _difference(top1, theirs.get('top1')),
                ' / '.join(shots),
                mean_and_spread(values_of(group, 'ece')),
                _number(theirs.get('ece')),
                f'[{source.text}]({source.url})' if source else '-',
            ]
        )
    table = markdown_lines(head, lines, ['---'] * len(head))
    return f'{table}\n\n† {EARLIER}.' if '†' in table else table


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:g}'


def _difference(ours: Sequence[float], theirs: float | None) -> str:
    """Ours minus theirs; and, of several seeds, in standard deviations."""
    if theirs is None or not ours:
        return '-'
    gap = statistics.fmean(ours) - theirs
    if len(ours) < 3 or not statistics.stdev(ours):
        return f'{gap:+.2f}'
    return f'{gap:+.2f} ({gap / statistics.stdev(ours):+.1f} s)'


def ours(
    rows: Sequence[Row], recipe: str, earlier: Collection[str] = ()
) -> str:
    """What the head of a recipe says of our own runs.

    The accuracy; of segmentation the overlap (mIoU), as the prior at test of
    the recipe has it.
    """
    groups = groups_of(rows, earlier)
    for key, remark in (
        (('full', recipe), ''),
        (('fast', f'{recipe}+fast'), ', 40 epochs'),
    ):
        if key in groups:
            group, page = groups[key], 'results/README.md'
            values = values_of(group, 'top1')
            if not values:
                values, page = values_of(group, 'mIoU'), 'docs/segmentation.md'
            if group[0].digest in earlier:
                remark += ', earlier settings'
            return f'{mean_and_spread(values)}{remark} ({page})'
    return 'not run yet'
