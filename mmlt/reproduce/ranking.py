"""The ranking of methods under a short protocol, beside the full length."""

import math
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch

from mmlt.functional import spearman_correlation
from mmlt.report.table import markdown_lines

from .groups import EARLIER, groups_of, marked, mean_and_spread, values_of
from .ledger import Row
from .plan import Plan

__all__ = [
    'Ranked',
    'agreement',
    'newcomers_table',
    'ranked',
    'ranking_table',
    'seed_spread',
    'spread_in_words',
]

HEAD = (
    'method',
    'seeds',
    'top-1',
    'many / medium / few',
    'ECE',
    'ECE few',
    'NLL',
    'full length',
    'published',
)

# methods that mix images learn too slowly for a short schedule (see the
# findings), so that the correlation is printed without them too
MIX_IMAGES = (
    'balpoe/',
    'cmo/',
    'gcl/',
    'manifold_mixup/',
    'mislas/',
    'mixup/',
    'remix/',
)

# folders of the methods of 2021 to 2025, and of those that they stand beside
NEWCOMERS = (
    'balpoe',
    'bcl',
    'cmo',
    'cuda',
    'disalign',
    'focal_sam',
    'gcl',
    'gpaco',
    'lade',
    'los',
    'mdcs',
    'mislas',
    'proco',
    'ride',
    'seesaw',
    'shike',
    'vs',
)
BESIDE = ('bsce', 'ce', 'sade')
NEWCOMERS_HEAD = (
    'method',
    'seeds',
    'top-1',
    'many / medium / few',
    'ECE',
    'ECE many / medium / few',
    'parameters',
    'minutes',
)


@dataclass(frozen=True)
class Ranked:
    """A method under the short protocol.

    Args:
        name: Recipe with its overlays and options, without the protocol's.
        title: The same, with a dagger if the recipe has changed.
        rows: The last row of each seed.
        full: Accuracy of our own runs at full length, percent, one a seed.
        published: What others printed for the full length; None: nothing.
    """

    name: str
    title: str
    rows: list[Row]
    full: list[float]
    published: float | None

    @property
    def top1(self) -> float:
        """Mean accuracy over the seeds, percent."""
        return statistics.fmean(values_of(self.rows, 'top1'))


def ranked(
    rows: Sequence[Row],
    plan: Plan,
    protocol: str = 'fast',
    data: str = '',
    earlier: Collection[str] = (),
) -> list[Ranked]:
    """Methods under a short protocol, the most accurate first.

    Args:
        rows: Of the ledger.
        plan: For the published numbers.
        protocol: Its name; an overlay has the same one.
        data: What the names of the recipes end in, 'cifar100lt'; numbers of
            two data sets are not ranked together.
        earlier: Digests of rows whose recipe has changed.
    """
    groups = groups_of(rows, earlier)
    published = {
        job.variant: job.published.get('top1')
        for job in plan.jobs
        if job.protocol == 'full'
    }
    found = []
    for (kind, name), group in groups.items():
        if kind != protocol or not group[0].recipe.endswith(data):
            continue
        plain = name.replace(f'+{protocol}', '')
        full = values_of(groups.get(('full', plain), []), 'top1')
        title = marked(plain, group, earlier)
        found.append(Ranked(plain, title, group, full, published.get(plain)))
    return sorted(found, key=lambda method: -method.top1)


def agreement(methods: Sequence[Ranked]) -> dict[str, tuple[float, int]]:
    """Rank correlation of the accuracies with those at full length.

    Args:
        methods: Of :func:`ranked`.

    Returns:
        'published', 'unmixed' (published too, without methods that mix
        images) and 'ours' to Spearman's correlation over the methods that
        have both numbers (nan for fewer than two), and their number.
    """
    other: Mapping[str, list[float | None]] = {
        'published': [m.published for m in methods],
        'unmixed': [
            None if m.name.startswith(MIX_IMAGES) else m.published
            for m in methods
        ],
        'ours': [
            statistics.fmean(m.full) if m.full else None for m in methods
        ],
    }
    found = {}
    for name, values in other.items():
        pairs = [
            (method.top1, value)
            for method, value in zip(methods, values, strict=True)
            if value is not None
        ]
        x, y = torch.tensor(pairs, dtype=torch.float64).reshape(-1, 2).T
        found[name] = float(spearman_correlation(x, y)), len(pairs)
    return found


def ranking_table(methods: Sequence[Ranked]) -> str:
    """The ranking as Markdown, with the rank correlations below.

    Args:
        methods: Of :func:`ranked`.
    """
    lines = [
        [
            method.title,
            str(len(method.rows)),
            mean_and_spread(values_of(method.rows, 'top1')),
            ' / '.join(
                _mean(method.rows, shot) for shot in ('many', 'medium', 'few')
            ),
            mean_and_spread(values_of(method.rows, 'ece')),
            _mean(method.rows, 'ece_few'),
            _mean(method.rows, 'nll'),
            mean_and_spread(method.full),
            '-' if method.published is None else f'{method.published:g}',
        ]
        for method in methods
    ]
    found = agreement(methods)
    words = {
        'with the published accuracies': found['published'],
        'without the methods that mix images': found['unmixed'],
        'with our own at full length': found['ours'],
    }
    said = [
        f'{what}: {value:.2f} over {count} methods'
        if count > 1
        else f'{what}: not measured'
        for what, (value, count) in words.items()
    ]
    table = markdown_lines(HEAD, lines, ['---'] * len(HEAD))
    return '\n\n'.join(
        [
            table,
            *_legend(table),
            f"Spearman's rank correlation of this ranking {'; '.join(said)}.",
        ]
    )


def seed_spread(methods: Sequence[Ranked]) -> float:
    """Standard deviation of the accuracy over the seeds, of all together.

    The root of the mean of the variances of the methods, each counting by its
    degrees of freedom, its seeds less one.

    Args:
        methods: Of :func:`ranked`.

    Returns:
        In points of percent; nan where no method has two seeds.
    """
    squares, freedom = 0.0, 0
    for method in methods:
        values = values_of(method.rows, 'top1')
        if len(values) > 1:
            squares += statistics.variance(values) * (len(values) - 1)
            freedom += len(values) - 1
    return math.sqrt(squares / freedom) if freedom else math.nan


def spread_in_words(methods: Sequence[Ranked]) -> str:
    """How much a seed changes, and what of one seed each says nothing.

    Args:
        methods: Of :func:`ranked`.
    """
    spread = seed_spread(methods)
    if math.isnan(spread):
        return 'No method has two seeds yet: what a seed changes is unknown.'
    ranges = {}
    for method in methods:
        values = values_of(method.rows, 'top1')
        if len(values) > 1:
            ranges[method.name] = max(values) - min(values)
    least = min(ranges, key=lambda name: ranges[name])
    most = max(ranges, key=lambda name: ranges[name])
    apart = 1.96 * math.sqrt(2) * spread
    return (
        f'Of the {len(methods)} rows of the fast protocol {len(ranges)} '
        'have more than one seed. The standard deviation of the accuracy '
        f'over the seeds, pooled over these, is {spread:.2f} points; their '
        f'seeds differ by {ranges[least]:.2f} ({least.partition("/")[0]}) to '
        f'{ranges[most]:.2f} ({most.partition("/")[0]}). So two methods with '
        f'one seed each that are less than {apart:.1f} points apart (1.96 '
        'times the deviation of a difference) have no order yet.'
    )


def newcomers_table(methods: Sequence[Ranked]) -> str:
    """The newer methods beside three older ones, with calibration by shot.

    Args:
        methods: Of :func:`ranked`.

    Returns:
        Markdown; methods that are not among ``methods`` are named below it.
    """
    folders = [method.name.partition('/')[0] for method in methods]
    lines = []
    for folder, method in zip(folders, methods, strict=True):
        if folder not in NEWCOMERS + BESIDE:
            continue
        rows = method.rows
        minutes = [row.minutes for row in rows if row.minutes is not None]
        groups = ('many', 'medium', 'few')
        lines.append(
            [
                f'*{method.title}*' if folder in BESIDE else method.title,
                str(len(rows)),
                mean_and_spread(values_of(rows, 'top1')),
                ' / '.join(_mean(rows, shot) for shot in groups),
                mean_and_spread(values_of(rows, 'ece')),
                ' / '.join(_mean(rows, f'ece_{shot}') for shot in groups),
                f'{rows[-1].parameters or 0:,}',
                f'{statistics.fmean(minutes):.0f}' if minutes else '-',
            ]
        )
    table = markdown_lines(
        NEWCOMERS_HEAD, lines, ['---'] * len(NEWCOMERS_HEAD)
    )
    said = [table, *_legend(table)]
    missing = [name for name in NEWCOMERS if name not in folders]
    if missing:
        said.append(f'Not run yet: {", ".join(missing)}.')
    return '\n\n'.join(said)


def _legend(table: str) -> list[str]:
    return [f'† {EARLIER}.'] if '†' in table else []


def _mean(rows: Sequence[Row], metric: str) -> str:
    values = values_of(rows, metric)
    return f'{statistics.fmean(values):.2f}' if values else '-'
