"""Which runs can be compared, which are seeds of one recipe, their names."""

import re
from collections.abc import Sequence
from dataclasses import replace

from .escape import one_line
from .record import RunRecord

__all__ = [
    'by_recipe',
    'check_same_test_set',
    'data_name',
    'file_name',
    'with_names',
]

# data sets that may be of any images: their name says nothing to a reader
OF_ANY_IMAGES = (
    'CustomDataset',
    'HeldOutSplit',
    'LongTailedList',
    'LongTailedSubset',
)

# what two runs must share to be compared, and what it is
TEST_SET = {
    'dataset': 'data set',
    'num_samples': 'number of test images',
    'labels_hash': 'test labels, in order',
    'class_counts': 'training images per class (and so the shot groups)',
    'many': 'limit of the many-shot classes (--many sets one for all)',
    'few': 'limit of the few-shot classes (--few sets one for all)',
}


def check_same_test_set(records: Sequence[RunRecord]) -> None:
    """Raise if runs were not tested on the same images.

    Args:
        records: Of :func:`~mmlt.report.load_run`.

    Raises:
        ValueError: Naming two runs and what they differ in.
    """
    first = records[0]
    for other in records[1:]:
        for key, words in TEST_SET.items():
            ours, theirs = getattr(first, key), getattr(other, key)
            if ours == theirs:
                continue
            values = (
                f': {ours} and {theirs}'
                if key in ('dataset', 'num_samples', 'many', 'few')
                else ''
            )
            raise ValueError(
                'Expected runs on the same test set, but '
                f'{first.recipe} and {other.recipe} differ in the '
                f'{words}{values}. Make one report for each test set.'
            )


def with_names(
    records: Sequence[RunRecord], names: Sequence[str] | None = None
) -> list[RunRecord]:
    """The same records with a ``name``, short, equal for seeds of a recipe.

    What tells the recipes apart: the folder ('fcc') where the files have one
    name, the file where the folder is one, else both; with the settings that
    differ where two have one file ('fcc strategy=uniform').

    Args:
        records: Of the runs.
        names: For every record; None chooses them.

    Returns:
        Named copies, in order; names and class names are one line each.

    Raises:
        ValueError: If there are more or fewer names than records, or two
            recipes have one name, or names that make one file name.
    """
    if names is None:
        names = short_names(records)
    if len(names) != len(records):
        raise ValueError(
            f'Expected one of `names` for each of {len(records)} runs, but '
            f'got {len(names)}. '
            'Give one name per run.'
        )
    owner: dict[str, tuple[str, str]] = {}
    for record, name in zip(records, names, strict=True):
        mine = name, record.recipe_hash
        other = owner.setdefault(slug(name).lower(), mine)
        if other != mine:
            raise ValueError(
                f'Expected recipes of different names, but two are {name!r}'
                + (f' and {other[0]!r}' if other[0] != name else '')
                + '. Name them with --names, in letters that a file name '
                'may have.'
            )
    # a picture cannot be drawn of what is no letter
    return [
        replace(
            record,
            name=one_line(name),
            class_names=[*map(one_line, record.class_names or ())],
        )
        for record, name in zip(records, names, strict=True)
    ]


def data_name(record: RunRecord) -> str | None:
    """Name of the test set; None where there is none to tell."""
    return None if record.dataset in OF_ANY_IMAGES else record.dataset


def slug(name: str) -> str:
    """A name as a file may have it."""
    return re.sub(r'[^\w.-]+', '-', name).strip('-') or '-'


def short_names(records: Sequence[RunRecord]) -> list[str]:
    """Names that tell the recipes apart, equal for the seeds of one."""
    recipes = {r.recipe_hash: r.recipe for r in records}
    paths = dict.fromkeys(recipes.values())
    names = {path: path for path in paths}
    for part in (0, -1):
        short = {path: path.split('/')[part] for path in paths}
        whole = all('/' in path for path in paths)
        if whole and len(set(short.values())) == len(short):
            names = short
            break
    named = {}
    for path in paths:
        same = {r.recipe_hash: r for r in records if r.recipe == path}
        if len(same) == 1:
            endings = ['']
        else:
            endings = differing_settings(list(same.values()))
        for key, ending in zip(same, endings, strict=True):
            named[key] = names[path] + ending
    return [named[r.recipe_hash] for r in records]


def differing_settings(records: Sequence[RunRecord]) -> list[str]:
    """What tells recipes of one file apart, ' strategy=uniform', or ' (2)'.

    Args:
        records: One of each recipe.
    """
    settings = [record.settings for record in records]
    paths = dict.fromkeys(path for s in settings for path in s)
    differ = [p for p in paths if len({repr(s.get(p)) for s in settings}) > 1]
    endings = []
    for mine in settings:
        told = [f'{p.split(".")[-1]}={mine[p]}' for p in differ if p in mine]
        endings.append(''.join(f' {text}' for text in told))
    readable = len(differ) <= 3 and max(map(len, endings)) <= 40
    if readable and len(set(endings)) == len(endings):
        return endings
    return ['', *(f' ({i})' for i in range(2, len(records) + 1))]


def by_recipe(records: Sequence[RunRecord]) -> dict[str, list[RunRecord]]:
    """Records by name: the seeds of one recipe together, in order.

    Raises:
        ValueError: If one recipe has the same seed twice.
    """
    groups: dict[str, list[RunRecord]] = {}
    for record in records:
        groups.setdefault(record.name, []).append(record)
    for name, group in groups.items():
        seeds = [record.seed for record in group]
        if len(set(seeds)) < len(seeds):
            raise ValueError(
                f'Expected runs of {name} with different seeds, but got '
                f'{seeds}: a run counts once. '
                'Leave out the copies.'
            )
    return groups


def file_name(record: RunRecord) -> str:
    """Name of the file of a record."""
    if record.source == 'predictions':
        ending = '' if record.seed is None else f'-{record.seed}'
        return f'{slug(record.name)}{ending}.json'
    return f'{slug(record.name)}-seed{record.seed}.json'
