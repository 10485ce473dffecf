"""Make a project: lists, names of classes, configs, and what was found."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mmlt.datasets.make_lists import write_list, write_names
from mmlt.fileio import check_can_write, write_json
from mmlt.functional import class_counts
from mmlt.version import __version__

from .config_text import ProjectData, config_text, own_limits, recipe_of
from .copies import Copies, find_copies
from .scan import ImageFacts, scan_images
from .source import ImageSource, SourceSettings, read_source
from .split import split_rows

__all__ = ['RECORD', 'ProjectSettings', 'new_project']

RECORD = 'images.json'
SIZES = (64, 96, 128, 160, 224)  # pixels of an edge
LARGEST_BATCH = 128
STEPS = 20  # of an epoch, at least, where there are images for it
SPLITS = ('train', 'val', 'test')


@dataclass(frozen=True)
class ProjectSettings:
    """What a project is made of.

    Args:
        source: Where the images are.
        methods: Names of methods, a config each.
        val: Share of the images of each class for validation.
        test: Share of the images of each class for the test.
        seed: Of the choice.
        near: Whether near copies of an image are looked for.
        size: Pixels of an edge that the network sees; None: by the images.
        batch_size: Images of a step; None: by their number.
        processes: That look into the images.
        pretrained: As :class:`~mmlt.projects.config_text.ProjectData`.
    """

    source: SourceSettings
    methods: Sequence[str] = field(default=('bsce',))
    val: float = 0.1
    test: float = 0.2
    seed: int = 0
    near: bool = True
    size: int | None = None
    batch_size: int | None = None
    processes: int = 1
    pretrained: str | None = None


def new_project(
    folder: str | Path,
    settings: ProjectSettings,
    advance: Callable[[int, int], None] = lambda number, total: None,
) -> dict[str, Any]:
    """Write the lists and configs of a project, all or nothing.

    Args:
        folder: Of the project; must not exist.
        settings: What it is made of.
        advance: Told how many more images are looked at, and of how many.

    Returns:
        What is in ``images.json``.

    Raises:
        FileExistsError: If the folder is there.
        FileNotFoundError: If there are no images.
        ImportError: If a table needs a package that is not installed.
        OSError: If the folder cannot be written.
        ValueError: If the images do not make a data set.
    """
    folder = Path(os.path.abspath(folder))
    methods = list(dict.fromkeys(settings.methods))
    for method in methods:
        recipe_of(method)
    _check_folder(folder, settings)
    source = read_source(settings.source)
    facts = scan_images(
        [str(source.root / path) for path in source.paths],
        settings.processes,
        advance,
    )
    bad = {
        source.paths[row]: fact.problem
        for row, fact in enumerate(facts)
        if fact.problem
    }
    good = [row for row, fact in enumerate(facts) if not fact.problem]
    _check_images(source, good, bad)
    facts = [facts[row] for row in good]
    kept = ImageSource(
        source.root,
        [source.paths[row] for row in good],
        [source.names[row] for row in good],
        source.splits and [source.splits[row] for row in good],
    )
    classes = kept.classes()
    place = {name: label for label, name in enumerate(classes)}
    labels = np.asarray([place[name] for name in kept.names])
    copies = find_copies(facts, labels, settings.near)
    rows = split_rows(
        labels,
        copies.groups,
        {'val': settings.val, 'test': settings.test},
        settings.seed,
        None if kept.splits is None else np.asarray(kept.splits),
    )
    counts = {
        split: class_counts(labels[rows[split]], len(classes))
        for split in SPLITS
    }
    _check_lists(classes, counts)
    data = ProjectData(
        folder,
        Path(os.path.abspath(source.root)),
        counts['train'].tolist(),
        settings.size or _size_for(facts),
        settings.batch_size or _batch_for(len(rows['train'])),
        settings.pretrained,
    )
    record = {
        'tool': f'mmlt {__version__} new',
        'settings': asdict(settings),
        'images': str(data.images),
        'classes': classes,
        'shot_limits': own_limits(data.counts),
        'size': data.size,
        'batch_size': data.batch_size,
        'median_size': np.median([f.size for f in facts], axis=0).tolist(),
        'lists': {},
        'configs': {m: f'{m}.py' for m in methods},
        'given_splits': sorted(set(kept.splits or ())),
        'unreadable': bad,
        'classes_left_out': sorted(
            {*source.names, *source.empty} - {*classes}
        ),
        'other_files': source.left_out,
        'hidden_files': source.lying_about.hidden,
        'files_beside_classes': source.lying_about.beside,
        'repeated_rows': source.repeated,
        'darkened': {
            path: fact.darkened
            for path, fact in zip(kept.paths, facts, strict=True)
            if fact.darkened is not None
        },
        'copies': _copies_record(copies, kept, labels, rows),
    }
    _write(folder, record, kept.paths, labels, rows, data, methods)
    return record


def _check_folder(folder: Path, settings: ProjectSettings) -> None:
    """See that nothing is overwritten, and the images stay what they are."""
    if os.path.lexists(folder):
        raise FileExistsError(
            f'Expected a new folder for the project, but {folder} is there. '
            'Choose another name; nothing was changed. Another method for '
            'the project that is there: copy one of its configs, and name '
            'the recipe in its first line.'
        )
    images = Path(os.path.abspath(settings.source.images))
    if images.is_dir() and images in folder.parents:
        raise ValueError(
            f'Expected a project outside of the images, but {folder} lies in '
            f'{images}, where it would be taken for a class. Choose another '
            'folder.'
        )
    check_can_write(folder, folder=True)


def _check_images(
    source: ImageSource, good: Sequence[int], bad: dict[str, str]
) -> None:
    """See that enough images can be read."""
    left = {source.names[row] for row in good}
    if len(left) < 2:
        path = next(iter(bad), '')
        said = f' ({path}: {bad[path]})' if bad else ''
        raise ValueError(
            f'Expected images of two classes at least in {source.root}, but '
            f'{len(bad)} of {len(source.paths)} cannot be read{said}. '
            'Correct the folder that the paths begin in (`--root`), or mend '
            'the files.'
        )


def _check_lists(classes: Sequence[str], counts: dict[str, Any]) -> None:
    """See that every class is trained on, and every list has an image."""
    missing = [
        name for name, n in zip(classes, counts['train'], strict=True) if not n
    ]
    if missing:
        some = ', '.join(missing[:3]) + (', ...' if len(missing) > 3 else '')
        raise ValueError(
            'Expected an image of every class for training, but the split '
            f'of the images has none of {some}. Move some of its images to '
            'the training images, or take the class out.'
        )
    for split in ('val', 'test'):
        if not counts[split].sum():
            raise ValueError(
                f'Expected images for {split}.txt, but no class has two that '
                'differ, and one is for training. Add images.'
            )


def _size_for(facts: Sequence[ImageFacts]) -> int:
    """The smallest of the usual sizes that half of the images fill."""
    edge = np.median([min(fact.size) for fact in facts])
    return next((size for size in SIZES if size >= edge), SIZES[-1])


def _batch_for(images: int) -> int:
    """A power of two that leaves some steps in an epoch; 8 at least."""
    wanted = min(LARGEST_BATCH, max(8, images // STEPS))
    return min(2 ** int(np.log2(wanted)), images)


def _copies_record(
    copies: Copies,
    source: ImageSource,
    labels: np.ndarray,
    rows: dict[str, np.ndarray],
) -> dict[str, Any]:
    """Groups of copies by path, and what is wrong with them."""
    split_of = np.empty(len(labels), dtype=object)
    for split, members in rows.items():
        split_of[members] = split

    def paths(groups: list[list[int]]) -> list[list[str]]:
        return [[source.paths[row] for row in group] for group in groups]

    # near copies are joined with equal files
    whole: dict[int, list[int]] = {}
    for row, group in enumerate(copies.groups.tolist()):
        whole.setdefault(group, []).append(row)
    groups = [group for group in whole.values() if len(group) > 1]

    def of_two_classes(groups: list[list[int]]) -> list[list[str]]:
        return paths(
            [
                _one_of_each_first(group, labels[group].tolist())
                for group in groups
                if len(set(labels[group].tolist())) > 1
            ]
        )

    return {
        'equal': paths(copies.equal),
        'near': paths(copies.alike),
        'near_compared': copies.compared,
        'of_two_classes': of_two_classes(copies.equal),
        'near_of_two_classes': of_two_classes(copies.alike),
        'in_two_lists': paths(
            [g for g in groups if len(set(split_of[g])) > 1]
        ),
    }


def _one_of_each_first(rows: list[int], labels: list[int]) -> list[int]:
    """Rows, one of each label before the others: two show what is wrong."""
    firsts = [rows[labels.index(label)] for label in dict.fromkeys(labels)]
    return [*firsts, *(row for row in rows if row not in firsts)]


def _write(
    folder: Path,
    record: dict[str, Any],
    paths: Sequence[str],
    labels: np.ndarray,
    rows: dict[str, np.ndarray],
    data: ProjectData,
    methods: Sequence[str],
) -> None:
    """Write a draft of the folder beside it, then give it its name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f'.{folder.name}.', dir=folder.parent
    ) as draft:
        inside = Path(draft) / folder.name
        inside.mkdir()
        for split in SPLITS:
            record['lists'][f'{split}.txt'] = write_list(
                inside / f'{split}.txt',
                [paths[row] for row in rows[split]],
                labels[rows[split]],
                len(record['classes']),
            )
        write_names(inside / 'classes.txt', record['classes'])
        for method in methods:
            text = config_text(method, data)
            path = inside / record['configs'][method]
            path.write_text(text, encoding='utf-8')
        write_json(inside / RECORD, record)
        shutil.move(inside, folder)
