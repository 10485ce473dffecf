"""The report on the lists and images of a data set."""

import hashlib
import os
import posixpath
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import mmlt
from mmlt.functional import shot_groups

from .image_check import check_images
from .image_table import ImageTable
from .known_splits import KNOWN_SPLITS, LISTS_FROM, KnownSplit
from .list_file import read_inaturalist_json, read_list

__all__ = ['SplitSettings', 'verify_splits']

SPLITS = ('train', 'val', 'test')
SHOWN = 5  # problems of a kind that the terminal shows


@dataclass(frozen=True)
class SplitSettings:
    """What is checked, and how.

    Args:
        data: A name of ``KNOWN_SPLITS``, or 'own'.
        data_root: Folder of lists and images.
        num_classes: Of the data set.
        lists: Split to the name of its list in the data root, where it is
            not the usual one.
        data_prefix: Folder in front of the paths of the lists, in the root.
        check: 'decode' every image, look whether it 'exists', or 'none'.
        processes: Worker processes.
        class_names: In the order of the classes; None: not known.
        limits: ``many`` and ``few`` of the groups of the classes, by their
            training images.
        copies: Groups of paths of images with equal content.
        unfinished: File to resume from.
    """

    data: str
    data_root: str
    num_classes: int
    lists: dict[str, str] = field(default_factory=dict)
    data_prefix: str = ''
    check: str = 'decode'
    processes: int = 1
    class_names: tuple[str, ...] | None = None
    limits: dict[str, int] = field(default_factory=dict)
    copies: tuple[tuple[str, ...], ...] = ()
    unfinished: Path = Path('verify_splits.json.unfinished')


def list_facts(
    path: Path, known: KnownSplit | None, table: ImageTable, num_classes: int
) -> dict:
    """What a list is, and what differs from the published one."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    blob = b'blob %d\0' % len(content) + content
    git_id = hashlib.sha1(blob, usedforsecurity=False).hexdigest()
    counts = np.bincount(table.labels, minlength=num_classes).tolist()
    facts = {
        'path': str(path),
        'sha256': sha256,
        'git_id': git_id,
        'images': len(table),
        'num_classes': num_classes,
        'largest_class': max(counts),
        'smallest_class': min(counts),
        'class_counts': counts,
        'published_by': None,
        'difference': None,
    }
    if known is None:
        return facts
    names = [
        *(name for name, value in known.sha256.items() if value == sha256),
        *(name for name, value in known.git_id.items() if value == git_id),
    ]
    facts['published_by'] = names
    facts['difference'] = known.difference(counts)
    facts['counts_known'] = known.counts is not None
    return facts


def repeated(tables: dict[str, ImageTable]) -> dict[str, list[str]]:
    """Paths that are in a list twice, or in two lists (leakage)."""
    names = {
        split: [
            posixpath.normpath(name.replace('\\', '/'))
            for name in table.all_names()
        ]
        for split, table in tables.items()
    }
    found = {}
    for i, (split, mine) in enumerate(names.items()):
        own = sorted(mine)
        twice = {a for a, b in zip(own, own[1:], strict=False) if a == b}
        found[f'{split} twice'] = sorted(twice)
        for other in list(names)[i + 1 :]:
            both = set(mine) & set(names[other])
            found[f'{split} and {other}'] = sorted(both)
    return {key: paths for key, paths in found.items() if paths}


def misnamed(
    tables: dict[str, ImageTable], names: Sequence[str]
) -> dict[str, int]:
    """Images in the folder of another class than the one of their label.

    Args:
        tables: Split to its list.
        names: Of the classes.

    Returns:
        'NAME in the folder OTHER' to images; nothing where most images do not
        lie in a folder with the name of a class.
    """
    classes = set(names)
    found: Counter[tuple[str, str]] = Counter()
    for table in tables.values():
        paths = table.all_names()
        for path, label in zip(paths, table.labels.tolist(), strict=True):
            folders = posixpath.dirname(path.replace('\\', '/'))
            found[names[label], posixpath.basename(folders)] += 1
    named = sum(n for (_, folder), n in found.items() if folder in classes)
    if 2 * named < found.total():
        return {}
    return {
        f'{name} in the folder {folder}': number
        for (name, folder), number in sorted(found.items())
        if folder != name and folder in classes
    }


def groups_of(facts: dict, limits: dict[str, int]) -> dict[str, int]:
    """How many classes each shot group has, by a training list."""
    groups = shot_groups(facts['class_counts'], **limits)
    return {name: int(group.sum()) for name, group in groups.items()}


def with_two_labels(
    tables: dict[str, ImageTable],
    copies: Sequence[Sequence[str]],
    prefix: Path,
) -> list[list[str]]:
    """Groups of copies that are there, whose labels differ in the lists."""
    names = {name for group in copies for name in group}
    labels = {
        name: label
        for table in tables.values()
        for name, label in zip(
            table.all_names(), table.labels.tolist(), strict=True
        )
        if name in names and (prefix / name).exists()
    }
    return [
        list(group)
        for group in copies
        if len({labels[name] for name in group if name in labels}) > 1
    ]


def read_lists(
    settings: SplitSettings,
) -> dict[str, tuple[Path, ImageTable]]:
    """The lists that are there.

    Raises:
        FileNotFoundError: If a list that was named is missing, or all are.
        ValueError: If one cannot be read.
    """
    root = Path(settings.data_root)
    known = KNOWN_SPLITS.get(settings.data, {})
    lists = {}
    for split in SPLITS:
        named = settings.lists.get(split)
        name = named or (known[split].file if split in known else None)
        if name is None:
            continue
        path = root / name
        if path.is_file():
            read = read_inaturalist_json if path.suffix == '.json' else None
            table = (read or read_list)(path, settings.num_classes)
            lists[split] = path, table
        elif named:
            raise FileNotFoundError(
                f'Expected the {split} list at {path}, but there is no such '
                'file. Correct the path.'
            )
    if not lists:
        raise FileNotFoundError(
            f'Expected a list in {root}, but there is none. '
            + LISTS_FROM.get(settings.data, 'Name one with --train.')
        )
    return lists


def verify_splits(
    settings: SplitSettings,
    advance: Callable[[int, int], None] = lambda number, total: None,
) -> dict:
    """The report of all checks, as plain numbers and text.

    Args:
        settings: What is checked.
        advance: Told how many more images are done, and of how many.

    Raises:
        FileNotFoundError: If a list that was named is missing, or all are.
        ValueError: If one cannot be read, or there are not as many names as
            classes.
    """
    lists = read_lists(settings)
    known = KNOWN_SPLITS.get(settings.data, {})
    prefix = Path(settings.data_root) / settings.data_prefix
    report = {
        'tool': f'mmlt {mmlt.__version__} verify_splits',
        'data': settings.data,
        'data_root': settings.data_root,
        'lists': {
            split: list_facts(
                path, known.get(split), table, settings.num_classes
            )
            for split, (path, table) in lists.items()
        },
        'lists_missing': [split for split in known if split not in lists],
        'repeated': repeated({s: table for s, (_, table) in lists.items()}),
        'misnamed': {},
        'with_two_labels': with_two_labels(
            {s: table for s, (_, table) in lists.items()},
            settings.copies,
            prefix,
        ),
        'images': {'check': settings.check, 'checked': 0, 'problems': []},
    }
    if 'train' in report['lists']:
        train = report['lists']['train']
        train['shots'] = groups_of(train, settings.limits)
    if settings.class_names is not None:
        if len(settings.class_names) != settings.num_classes:
            raise ValueError(
                f'Expected {settings.num_classes} names of classes, but got '
                f'{len(settings.class_names)}. Write one a line in '
                'classes.txt, in the order of the classes.'
            )
        report['misnamed'] = misnamed(
            {s: table for s, (_, table) in lists.items()},
            settings.class_names,
        )
    if settings.check != 'none':
        where = {}
        for split, (_, table) in lists.items():
            pairs = zip(table.all_names(), table.labels.tolist(), strict=True)
            for name, label in pairs:
                where.setdefault(os.path.join(prefix, name), (split, label))
        problems = check_images(
            list(where),
            settings.check == 'decode',
            settings.processes,
            settings.unfinished,
            advance,
        )
        report['images']['checked'] = len(where)
        report['images']['problems'] = [
            {
                'path': path,
                'list': where[path][0],
                'label': where[path][1],
                'problem': problems[path],
            }
            for path in where
            if path in problems
        ]
    report['problems'] = list(in_words(report))
    report['ok'] = not report['problems']
    return report


def in_words(report: dict) -> Iterator[str]:
    """The problems of a report, a line each."""
    for split in report['lists_missing']:
        yield f'the {split} list is missing'
    for split, facts in report['lists'].items():
        if facts['difference']:
            yield f'{split} list: {facts["difference"]}'
    for key, paths in report['repeated'].items():
        kind = 'twice in one list' if 'twice' in key else 'leakage'
        yield f'{len(paths)} paths in {key} ({kind}), as {paths[0]}'
    for group in report['with_two_labels'][:SHOWN]:
        yield f'copies with two labels: {", ".join(group[:SHOWN])}'
    if report['misnamed']:
        number = sum(report['misnamed'].values())
        first = next(iter(report['misnamed']))
        yield (
            f'{number} images labeled as one class in the folder of another, '
            f'as {first}: is classes.txt in the order of the labels?'
        )
    for kind in ('missing', 'empty', 'unreadable'):
        found = [
            entry['path']
            for entry in report['images']['problems']
            if entry['problem'].startswith(kind)
        ]
        if found:
            number = '1 image' if len(found) == 1 else f'{len(found)} images'
            more = ', ...' if len(found) > SHOWN else ''
            yield (
                f'{number} {kind}: {", ".join(found[:SHOWN])}{more}. Mend '
                'that, or take the line out of the list'
            )


def report_lines(report: dict) -> Iterator[str]:
    """A report for people."""
    for split, facts in report['lists'].items():
        shots = facts.get('shots')  # by training images
        groups = (
            f' ({", ".join(f"{name} {n}" for name, n in shots.items())})'
            if shots
            else ''
        )
        if facts['published_by']:
            origin = 'the file of ' + ', '.join(facts['published_by'])
        elif facts['difference'] is None:
            origin = 'a list of your own'
        elif facts['difference']:
            origin = 'NOT the published split'
        elif facts['counts_known']:
            origin = 'counts of the published split, another file'
        else:
            origin = (
                'size of the published split, whose counts are not known; '
                'another file'
            )
        yield (
            f'{split}: {facts["images"]} '
            f'{"image" if facts["images"] == 1 else "images"}, '
            f'{facts["num_classes"]} '
            f'classes of {facts["largest_class"]} to '
            f'{facts["smallest_class"]}{groups}: {origin}'
        )
    checked = report['images']
    words = {'decode': 'decoded', 'exists': 'looked for', 'none': 'checked'}
    number, bad = checked['checked'], len(checked['problems'])
    some = bad and checked['check'] == 'decode'
    good = f'{number - bad} of {number}' if some else f'{number}'
    yield f'images: {good} {words[checked["check"]]}'
    for problem in report['problems']:
        # a name that is not UTF-8 must not stop the message
        yield 'PROBLEM ' + problem.encode('utf-8', 'replace').decode()
    yield 'all right' if report['ok'] else 'not all right'
