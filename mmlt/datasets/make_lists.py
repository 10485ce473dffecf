"""Long-tailed lists from a folder with one subfolder per class."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import mmlt
from mmlt.functional import (
    class_counts,
    largest_max_count,
    long_tailed_counts,
    long_tailed_indices,
)

from .hidden_files import is_hidden

__all__ = ['ListSettings', 'make_lists']

EXTENSIONS = '.jpg,.jpeg,.jfif,.png,.ppm,.bmp,.pgm,.tif,.tiff,.webp'
ORDERS = ('index', 'frequency', 'random')
# names of folders, and values of a column `split`, of images that are split
SPLITS = {
    'train': 'train',
    'training': 'train',
    'val': 'val',
    'valid': 'val',
    'validation': 'val',
    'dev': 'val',
    'test': 'test',
    'testing': 'test',
}


@dataclass(frozen=True)
class ListSettings:
    """What the lists hold.

    Args:
        images: Folder of the class folders.
        profile: Shape of the tail, or 'all': every image.
        imbalance_ratio: Largest class / smallest class, >= 1.
        power: Of the profile 'pareto'.
        max_count: Training images of the largest class; None: as many as
            every class can fill.
        order: Which class is the largest: 'index', the first by name;
            'frequency', the one with most images; 'random'.
        test_per_class: Images of each class for the test list.
        val_per_class: Images of each class for the validation list.
        seed: Of every choice.
        extensions: Endings of image files, with commas between.
    """

    images: str
    profile: str = 'exponential'
    imbalance_ratio: float = 100
    power: float = 6
    max_count: int | None = None
    order: str = 'index'
    test_per_class: int = 0
    val_per_class: int = 0
    seed: int = 0
    extensions: str = EXTENSIONS


def find_images(
    root: Path, extensions: tuple[str, ...], may_be_empty: bool = False
) -> tuple[list[str], list[str], np.ndarray, dict[str, int]]:
    """Images of a folder with one subfolder per class.

    What other programs leave behind (:func:`~mmlt.datasets.is_hidden`) is
    neither an image nor a class.

    Args:
        root: The folder.
        extensions: Endings of image files, lower case.
        may_be_empty: Whether a class may have no image.

    Returns:
        Class names (sorted: class 0 first), paths relative to ``root`` with
        slashes (sorted within a class), labels (N,), and how many files of
        other endings there are, by ending.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it has no subfolder, a class has no image and must
            have one, or a list cannot hold a name.
    """
    if not root.is_dir():
        raise FileNotFoundError(
            f'Expected a folder of images, but {root} is none. '
            'Name the folder that holds one subfolder per class.'
        )
    classes = sorted(
        p.name for p in root.iterdir() if p.is_dir() and not is_hidden(p.name)
    )
    if 'train' in classes and {name.lower() for name in classes} <= {*SPLITS}:
        inner = root / 'train'
        if any(p.is_dir() and not is_hidden(p.name) for p in inner.iterdir()):
            raise ValueError(
                f'Expected one subfolder per class in {root}, but got '
                f'{", ".join(classes)}, which are splits. Name {inner}, or '
                'have mmlt new read all of them.'
            )
    if not classes:
        raise ValueError(
            f'Expected one subfolder per class in {root}, but there is none. '
            'Move the images of every class into a folder of its name.'
        )
    paths, labels = [], []
    others: Counter[str] = Counter()
    for label, name in enumerate(classes):
        files = [
            path
            for path in (root / name).rglob('*')
            if path.is_file() and not is_hidden(path.relative_to(root))
        ]
        found = sorted(
            path.relative_to(root).as_posix()
            for path in files
            if path.suffix.lower() in extensions
        )
        others.update(
            path.suffix.lower() or 'none'
            for path in files
            if path.suffix.lower() not in extensions
        )
        if not found and not may_be_empty:
            raise ValueError(
                f'Expected images in {root / name}, but there is none that '
                f'ends in {", ".join(extensions)}. '
                'Convert the others first.'
            )
        paths += found
        labels += [label] * len(found)
    for path in paths:
        if path != path.strip() or '\n' in path or '\r' in path:
            raise ValueError(
                'Expected names without line breaks and without spaces at '
                f'their ends, but got {path!r}. Rename the file.'
            )
    return classes, paths, np.asarray(labels), dict(sorted(others.items()))


def hold_out(
    labels: np.ndarray,
    per_class: dict[str, int],
    seed: int,
    classes: Sequence[str],
) -> dict[str, np.ndarray]:
    """Balanced splits, and the rest.

    Args:
        labels: (N,).
        per_class: Images per class of each held-out split.
        seed: Seed of the choice.
        classes: (C,) names, for the message.

    Returns:
        Rows of each split, ascending, and of the rest under 'train'.

    Raises:
        ValueError: If a class would have no training image left.
    """
    rng = np.random.RandomState(seed)
    wanted = sum(per_class.values())
    rows = {split: [] for split in (*per_class, 'train')}
    counts = class_counts(labels, len(classes))
    small = np.flatnonzero(counts <= wanted)
    if len(small):
        named = ', '.join(f'{classes[c]} ({counts[c]})' for c in small[:3])
        raise ValueError(
            f'Expected every class to have more than the {wanted} images per '
            f'class that are held out, but {len(small)} of {len(classes)} '
            f'have not: {named}{", ..." if len(small) > 3 else ""}. Hold out '
            'fewer, or a share of each class: mmlt new.'
        )
    for label in range(len(classes)):
        own = rng.permutation(np.flatnonzero(labels == label))
        begin = 0
        for split, count in per_class.items():
            rows[split].append(own[begin : begin + count])
            begin += count
        rows['train'].append(own[begin:])
    return {s: np.sort(np.concatenate(parts)) for s, parts in rows.items()}


def long_tailed_rows(labels: np.ndarray, settings: ListSettings) -> np.ndarray:
    """Rows of the training images that are kept."""
    if settings.profile == 'all':
        return np.arange(len(labels))
    full = class_counts(labels, labels.max() + 1)
    by_size = {
        'index': np.arange(len(full)),
        'frequency': np.argsort(-full, kind='stable'),
        'random': np.random.RandomState(settings.seed).permutation(len(full)),
    }[settings.order]  # the class that is to be the largest first
    shape = (settings.imbalance_ratio, settings.profile, settings.power)
    max_count = settings.max_count or largest_max_count(full[by_size], *shape)
    counts = np.zeros_like(full)
    counts[by_size] = long_tailed_counts(len(full), max_count, *shape)
    return long_tailed_indices(labels, counts, settings.seed)


def write_list(
    path: Path, paths: Sequence[str], labels: np.ndarray, num_classes: int
) -> dict:
    """Write a list, lines of ``path label``.

    Args:
        path: The file.
        paths: (N,) of the images; bytes that are not UTF-8 as surrogates.
        labels: (N,) their classes.
        num_classes: C.

    Returns:
        What the list is: images, checksum, images per class.
    """
    pairs = zip(paths, labels.tolist(), strict=True)
    lines = ''.join(f'{name} {label}\n' for name, label in pairs)
    content = lines.encode('utf-8', 'surrogateescape')
    path.write_bytes(content)
    return {
        'images': len(paths),
        'sha256': hashlib.sha256(content).hexdigest(),
        'class_counts': class_counts(labels, num_classes).tolist(),
    }


def write_names(path: Path, classes: Sequence[str]) -> None:
    """Write the names of classes, one a line, class 0 first."""
    names = ''.join(f'{name}\n' for name in classes)
    path.write_bytes(names.encode('utf-8', 'surrogateescape'))


def make_lists(
    settings: ListSettings, out: str | Path, overwrite: bool = False
) -> dict:
    """Write the lists, the class names and what they were made from.

    Args:
        settings: What the lists hold.
        out: Folder for them.
        overwrite: Whether lists that are there are replaced.

    Returns:
        What is in ``longtail.json``.

    Raises:
        FileExistsError: If one is there that is not to be replaced.
        FileNotFoundError: If there are no images.
        ValueError: If a class has too few, or a list cannot hold a name.
    """
    out = Path(out)
    per_class = {
        'test': settings.test_per_class,
        'val': settings.val_per_class,
    }
    per_class = {split: n for split, n in per_class.items() if n}
    targets = [f'{split}.txt' for split in ('train', *per_class)]
    targets += ['classes.txt', 'longtail.json']
    there = [name for name in targets if (out / name).exists()]
    if there and not overwrite:
        raise FileExistsError(
            f'Expected to write new files, but {out} has {there[0]}. Choose '
            'another folder, or add --overwrite.'
        )
    extensions = tuple(
        e.strip().lower() for e in settings.extensions.split(',')
    )
    classes, paths, labels, others = find_images(
        Path(settings.images), extensions
    )
    rows = hold_out(labels, per_class, settings.seed, classes)
    kept = long_tailed_rows(labels[rows['train']], settings)
    rows['train'] = rows['train'][kept]
    out.mkdir(parents=True, exist_ok=True)
    record = {
        'tool': f'mmlt {mmlt.__version__} make_longtail',
        'settings': asdict(settings),
        'classes': classes,
        'left_out': others,
        'lists': {},
    }
    for split, chosen in rows.items():
        record['lists'][f'{split}.txt'] = write_list(
            out / f'{split}.txt',
            [paths[row] for row in chosen],
            labels[chosen],
            len(classes),
        )
    write_names(out / 'classes.txt', classes)
    text = json.dumps(record, indent=1, allow_nan=False)
    (out / 'longtail.json').write_text(text + '\n', encoding='utf-8')
    return record
