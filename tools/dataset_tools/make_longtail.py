"""Make long-tailed lists from a folder with one subfolder per class."""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

import mmlt
from mmlt.functional import (
    class_counts,
    largest_max_count,
    long_tailed_counts,
    long_tailed_indices,
)
from mmlt.functional.long_tail import PROFILES

EXTENSIONS = '.jpg,.jpeg,.png,.ppm,.bmp,.pgm,.tif,.webp'
ORDERS = ('index', 'frequency', 'random')


def find_images(
    root: Path, extensions: tuple[str, ...]
) -> tuple[list[str], list[str], np.ndarray]:
    """Images of a folder with one subfolder per class.

    Args:
        root: The folder.
        extensions: Endings of image files, lower case.

    Returns:
        Class names (sorted: class 0 first), paths relative to ``root`` with
        slashes (sorted within a class) and labels (N,).

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it has no subfolder, a class has no image, or a list
            cannot hold a name.
    """
    if not root.is_dir():
        raise FileNotFoundError(
            f'Expected a folder of images, but {root} is none.'
        )
    classes = sorted(p.name for p in root.iterdir() if p.is_dir())
    if not classes:
        raise ValueError(
            f'Expected one subfolder per class in {root}, but there is none.'
        )
    paths, labels = [], []
    for label, name in enumerate(classes):
        found = sorted(
            path.relative_to(root).as_posix()
            for path in (root / name).rglob('*')
            if path.suffix.lower() in extensions and path.is_file()
        )
        if not found:
            raise ValueError(
                f'Expected images in {root / name}, but there is none that '
                f'ends in {", ".join(extensions)}.'
            )
        paths += found
        labels += [label] * len(found)
    for path in paths:
        if path != path.strip() or '\n' in path or '\r' in path:
            raise ValueError(
                'Expected names without line breaks and without spaces at '
                f'their ends, but got {path!r}. Rename the file.'
            )
    return classes, paths, np.asarray(labels)


def hold_out(
    labels: np.ndarray, per_class: dict[str, int], seed: int
) -> dict[str, np.ndarray]:
    """Balanced splits, and the rest.

    Args:
        labels: (N,).
        per_class: Images per class of each held-out split.
        seed: Seed of the choice.

    Returns:
        Rows of each split, ascending, and of the rest under 'train'.

    Raises:
        ValueError: If a class would have no training image left.
    """
    rng = np.random.RandomState(seed)
    wanted = sum(per_class.values())
    rows = {split: [] for split in (*per_class, 'train')}
    for label in range(labels.max() + 1):
        own = rng.permutation(np.flatnonzero(labels == label))
        if len(own) <= wanted:
            raise ValueError(
                f'Expected class {label} to have more than the {wanted} '
                f'images per class that are held out, but it has {len(own)}.'
            )
        begin = 0
        for split, count in per_class.items():
            rows[split].append(own[begin : begin + count])
            begin += count
        rows['train'].append(own[begin:])
    return {s: np.sort(np.concatenate(parts)) for s, parts in rows.items()}


def long_tailed_rows(
    labels: np.ndarray, args: argparse.Namespace
) -> np.ndarray:
    """Rows of the training images that are kept."""
    if args.profile == 'all':
        return np.arange(len(labels))
    full = class_counts(labels, labels.max() + 1)
    by_size = {
        'index': np.arange(len(full)),
        'frequency': np.argsort(-full, kind='stable'),
        'random': np.random.RandomState(args.seed).permutation(len(full)),
    }[args.order]  # the class that is to be the largest first
    settings = (args.imbalance_ratio, args.profile, args.power)
    max_count = args.max_count or largest_max_count(full[by_size], *settings)
    counts = np.zeros_like(full)
    counts[by_size] = long_tailed_counts(len(full), max_count, *settings)
    return long_tailed_indices(labels, counts, args.seed)


def make(args: argparse.Namespace) -> dict:
    """Write the lists; returns what is in longtail.json."""
    out = Path(args.out)
    per_class = {'test': args.test_per_class, 'val': args.val_per_class}
    per_class = {split: n for split, n in per_class.items() if n}
    targets = [f'{split}.txt' for split in ('train', *per_class)]
    targets += ['classes.txt', 'longtail.json']
    there = [name for name in targets if (out / name).exists()]
    if there and not args.overwrite:
        raise FileExistsError(
            f'Expected to write new files, but {out} has {there[0]}. Choose '
            'another folder, or add --overwrite.'
        )
    extensions = tuple(e.strip().lower() for e in args.extensions.split(','))
    classes, paths, labels = find_images(Path(args.images), extensions)
    rows = hold_out(labels, per_class, args.seed)
    kept = long_tailed_rows(labels[rows['train']], args)
    rows['train'] = rows['train'][kept]
    out.mkdir(parents=True, exist_ok=True)
    record = {
        'tool': f'mmlt {mmlt.__version__} make_longtail',
        'settings': {
            key: value
            for key, value in vars(args).items()
            if key not in ('out', 'overwrite')
        },
        'classes': classes,
        'lists': {},
    }
    for split, chosen in rows.items():
        lines = ''.join(f'{paths[row]} {labels[row]}\n' for row in chosen)
        content = lines.encode('utf-8', 'surrogateescape')
        (out / f'{split}.txt').write_bytes(content)
        counts = class_counts(labels[chosen], len(classes))
        record['lists'][f'{split}.txt'] = {
            'images': len(chosen),
            'sha256': hashlib.sha256(content).hexdigest(),
            'class_counts': counts.tolist(),
        }
    names = ''.join(f'{name}\n' for name in classes)
    content = names.encode('utf-8', 'surrogateescape')
    (out / 'classes.txt').write_bytes(content)
    text = json.dumps(record, indent=1)
    (out / 'longtail.json').write_text(text + '\n', encoding='utf-8')
    return record


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Make long-tailed lists ("path label" per line) from a '
        'folder with one subfolder per class, with a balanced test list of '
        'images that are held out. The same folder, settings and seed give '
        'the same lists. With --profile all every image is kept: a plain '
        'converter.',
        epilog='Example: python tools/dataset_tools/make_longtail.py '
        'data/flowers data/flowers-lt --imbalance-ratio 50 '
        '--test-per-class 20. Train on them with the data set '
        "LongTailedList(ann_file='data/flowers-lt/train.txt', "
        "data_prefix='data/flowers', "
        "classes='data/flowers-lt/classes.txt').",
    )
    parser.add_argument('images', help='folder of the class folders')
    parser.add_argument('out', help='folder for the lists')
    parser.add_argument(
        '--profile',
        choices=[*PROFILES, 'all'],
        default='exponential',
        help="shape of the tail, or 'all' (default: exponential)",
    )
    parser.add_argument(
        '--imbalance-ratio',
        type=float,
        default=100,
        help='largest class / smallest class, >= 1 (default: 100)',
    )
    parser.add_argument(
        '--power', type=float, default=6, help='of pareto (default: 6)'
    )
    parser.add_argument(
        '--max-count',
        type=int,
        help='training images of the largest class (default: as many as '
        'every class can fill)',
    )
    parser.add_argument(
        '--order',
        choices=ORDERS,
        default='index',
        help='which class is the largest: the first by name, the one with '
        'most images, or by chance (default: index)',
    )
    for split, default in (('test', 0), ('val', 0)):
        parser.add_argument(
            f'--{split}-per-class',
            type=int,
            default=default,
            metavar='N',
            help=f'images of each class for {split}.txt (default: {default})',
        )
    parser.add_argument('--seed', type=int, default=0, help='default: 0')
    parser.add_argument(
        '--extensions',
        default=EXTENSIONS,
        help=f'endings of images (default: {EXTENSIONS})',
    )
    parser.add_argument(
        '--overwrite', action='store_true', help='replace existing lists'
    )
    args = parser.parse_args()
    if min(args.test_per_class, args.val_per_class) < 0:
        parser.error('images per class cannot be negative')
    if args.max_count is not None and args.max_count < 1:
        parser.error('--max-count must be at least 1')
    return args


def main() -> None:
    """Make the lists and say what they are."""
    args = parse_args()
    try:
        record = make(args)
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        sys.exit(2)
    for name, facts in record['lists'].items():
        counts = facts['class_counts']
        print(
            f'{Path(args.out) / name}: {facts["images"]} images, '
            f'{len(counts)} classes of {max(counts)} to {min(counts)}'
        )


if __name__ == '__main__':
    main()
