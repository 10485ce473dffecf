"""The plan: which runs the tables of this project need, in which order.

``results/plan.yaml``::

    sources:
      gallery: {text: 'Bag of Tricks, trick gallery', url: https://...}
    runs:
    - {recipe: fcc/resnet32_cifar100lt, seeds: [42, 1, 2],
       published: {top1: 41.8, ece: 3.46}, source: fcc}
    - {recipe: fcc/resnet32_cifar100lt, with: [ratio50],
       options: {model.neck.1.strategy: half_top}, seeds: [42]}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from .ledger import variant_name

__all__ = ['Job', 'Plan', 'Source', 'protocol_of', 'read_plan']

KEYS = {
    'recipe',
    'with',
    'options',
    'seeds',
    'published',
    'source',
    'protocol',
}
# overlays that are protocols: schedules, and images that are held out
PROTOCOLS = ('fast', 'short', 'held-out', 'tuning')


@dataclass(frozen=True)
class Source:
    """Where a published number is from.

    Args:
        text: Title, and place in it.
        url: Address.
    """

    text: str
    url: str


@dataclass(frozen=True)
class Job:
    """One run of the plan.

    Args:
        recipe: Method and name, 'fcc/resnet32_cifar100lt'.
        seed: Random seed.
        overlays: What is added to it, in order.
        options: Settings that override both, keys with dots.
        protocol: Name of the schedule, 'full' or 'fast': numbers of two
            protocols are not compared.
        published: Name of a metric to what others printed, percent.
        source: Where they did; None: nowhere.
    """

    recipe: str
    seed: int
    overlays: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    protocol: str = 'full'
    published: Mapping[str, float] = field(default_factory=dict)
    source: Source | None = None

    @property
    def variant(self) -> str:
        """Recipe with what is changed, the same for all seeds."""
        return variant_name(self.recipe, self.overlays, self.options)

    @property
    def name(self) -> str:
        """The variant with its seed, 'fcc/resnet32_cifar100lt@42'."""
        return f'{self.variant}@{self.seed}'

    def matches(self, patterns: Sequence[str]) -> bool:
        """Whether the name fits one of some patterns ('fcc*'), or none is."""
        return not patterns or any(
            fnmatchcase(self.name, pattern) for pattern in patterns
        )


@dataclass(frozen=True)
class Plan:
    """Every run, in the order in which they are wanted.

    Args:
        jobs: The runs.
        sources: Short name to source.
    """

    jobs: list[Job]
    sources: dict[str, Source]


def protocol_of(overlays: Sequence[str]) -> str:
    """Protocol of a run with some overlays: the last of them that is one.

    >>> protocol_of(['fast', 'fcc', 'held-out']), protocol_of(['ratio50'])
    ('held-out', 'full')
    """
    return ['full', *(name for name in overlays if name in PROTOCOLS)][-1]


def read_plan(path: str | Path) -> Plan:
    """Read a plan.

    The first seed of every entry comes before the second of any.

    Args:
        path: YAML as above.

    Returns:
        The plan.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no plan.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'Expected a plan, but {path} does not exist. Name one with '
            '--plan, or run this in a checkout of mmlt.'
        )
    try:
        content = yaml.safe_load(path.read_text('utf-8'))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = ' '.join(str(error).split())
        raise ValueError(
            f'Expected {path} to be YAML, but it cannot be read ({said}). '
            'Mend that place.'
        ) from error
    if not isinstance(content, dict) or not isinstance(
        content.get('runs'), list
    ):
        raise ValueError(
            f'Expected {path} to hold `runs`, a list, but it does not. See '
            'results/plan.yaml of mmlt.'
        )
    try:
        sources = {
            name: Source(**source)
            for name, source in (content.get('sources') or {}).items()
        }
    except (AttributeError, TypeError) as error:
        raise ValueError(
            f'Expected every source in {path} to have `text` and `url`, but '
            f'one has not ({error}). Add what is missing.'
        ) from error
    ranked = []
    for number, entry in enumerate(content['runs']):
        try:
            jobs = _jobs(entry, sources)
        except (TypeError, ValueError, AttributeError) as error:
            raise ValueError(
                f'Expected run {number + 1} of {path} to be as in '
                f'results/plan.yaml, but it is not. {error}'
            ) from error
        ranked += [(rank, number, job) for rank, job in enumerate(jobs)]
    ranked.sort(key=lambda item: item[:2])
    jobs = [job for _, _, job in ranked]
    names = [(job.name, job.protocol) for job in jobs]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(
            f'Expected every run of {path} once, but '
            f'{sorted(twice)[0][0]} is there twice. Take one out.'
        )
    return Plan(jobs, sources)


def _jobs(entry: dict, sources: Mapping[str, Source]) -> list[Job]:
    """The runs of an entry, one for each seed."""
    unknown = entry.keys() - KEYS
    if unknown:
        raise ValueError(
            f'Expected keys among {", ".join(sorted(KEYS))}, but got '
            f'{sorted(unknown)[0]!r}. Correct it.'
        )
    if 'recipe' not in entry:
        raise ValueError(
            f'Expected a `recipe`, but got {entry!r}. Name one: method/name.'
        )
    seeds = entry.get('seeds', [42])
    if not isinstance(seeds, list) or not all(
        isinstance(seed, int) for seed in seeds
    ):
        raise ValueError(
            f'Expected `seeds` to be a list of integers, but got {seeds!r}. '
            'Write [42].'
        )
    published = dict(entry.get('published') or {})
    source = entry.get('source')
    if published and source is None:
        raise ValueError(
            'Expected a `source` beside `published`, but there is none. Name '
            'one of `sources`.'
        )
    if source is not None and source not in sources:
        raise ValueError(
            f'Expected `source` to be one of {sorted(sources)}, but got '
            f'{source!r}. Add it to `sources`.'
        )
    return [
        Job(
            recipe=entry['recipe'],
            seed=seed,
            overlays=tuple(entry.get('with') or ()),
            options=dict(entry.get('options') or {}),
            protocol=entry.get('protocol', 'full'),
            published=published,
            source=sources[source] if source else None,
        )
        for seed in seeds
    ]
