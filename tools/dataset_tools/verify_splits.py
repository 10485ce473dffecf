"""Check lists and images of a long-tailed data set before training on it."""

import argparse
import hashlib
import json
import os
import posixpath
import signal
import sys
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

import mmcv
import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import Progress

import mmlt
from mmlt.datasets.image_table import ImageTable
from mmlt.datasets.known_splits import KNOWN_SPLITS, LISTS_FROM, KnownSplit
from mmlt.datasets.list_file import read_inaturalist_json, read_list
from mmlt.functional import shot_groups

SPLITS = ('train', 'val', 'test')
ROOTS = {
    'imagenetlt': 'data/imagenet',
    'placeslt': 'data/places',
    'inat18': 'data/inat18',
}
CHUNK = 200  # images between two entries of the record to resume from
SHOWN = 5  # problems of a kind that the terminal shows


def image_problem(path: str, decode: bool = True) -> str | None:
    """What is wrong with an image file.

    Args:
        path: The file.
        decode: Whether to decode it, with the decoder of training; else it
            is enough that it is there and not empty.

    Returns:
        'missing', 'empty' or 'unreadable: ...'; None for a good image.
    """
    try:
        content = Path(path).read_bytes() if decode else None
        size = os.path.getsize(path)
    except FileNotFoundError:
        return 'missing'
    except OSError as error:
        return f'unreadable: {error.strerror}'
    if not size:
        return 'empty'
    if not decode:
        return None
    try:
        image = mmcv.imfrombytes(content)
    except Exception as error:
        return f'unreadable: {type(error).__name__}: {error}'
    if image is not None:
        return None
    try:  # the decoder gives no reason; Pillow may
        with Image.open(path) as other:
            other.load()
    except Exception as error:
        return f'unreadable: {error}'
    return 'unreadable: OpenCV cannot decode it'


def check_chunk(task: tuple[int, list[str], bool]) -> tuple[int, dict]:
    """Problems of some images, in a worker process."""
    number, paths, decode = task
    found = {path: image_problem(path, decode) for path in paths}
    return number, {path: p for path, p in found.items() if p}


def leave_interrupt_to_parent() -> None:
    """Let Ctrl-C reach the main process alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Record:
    """What was checked so far, in a file beside the report.

    Args:
        path: The file; removed when all is done.
        key: What is checked; a record of something else begins anew.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self.done: set[int] = set()
        lines = []
        if path.is_file():
            # what follows the last line end was cut off
            lines = path.read_text(encoding='utf-8').split('\n')[:-1]
        if lines and lines[0] == key:
            # what had a problem is looked at again: it may be mended
            self.done = {int(line) for line in lines[1:] if line.isdigit()}
        text = [key, *map(str, sorted(self.done))]
        path.write_text('\n'.join(text) + '\n', encoding='utf-8')

    def add(self, number: int) -> None:
        """Note a chunk without a problem."""
        with self.path.open('a', encoding='utf-8') as file:
            file.write(f'{number}\n')


def check_images(
    paths: list[str], decode: bool, processes: int, record: Path
) -> dict[str, str]:
    """Problems of images, by path, with a progress bar.

    Args:
        paths: The images, each once.
        decode: As in :func:`image_problem`.
        processes: Worker processes.
        record: File to resume from.
    """
    text = json.dumps([decode, paths])
    key = hashlib.sha256(text.encode()).hexdigest()
    record = Record(record, key)
    tasks = [
        (number, paths[i : i + CHUNK], decode)
        for number, i in enumerate(range(0, len(paths), CHUNK))
    ]
    todo = [task for task in tasks if task[0] not in record.done]
    sizes = {number: len(part) for number, part, _ in tasks}
    problems = {}
    with Progress(console=Console(stderr=True)) as bar:
        name = 'Decoding' if decode else 'Looking for'
        line = bar.add_task(f'{name} {len(paths)} images', total=len(paths))
        bar.advance(line, sum(sizes[number] for number in record.done))
        with Pool(processes, leave_interrupt_to_parent) as pool:
            for number, found in pool.imap_unordered(check_chunk, todo):
                problems.update(found)
                bar.advance(line, sizes[number])
                if not found:
                    record.add(number)
    record.path.unlink()
    return problems


def list_facts(
    path: Path, known: KnownSplit | None, table: ImageTable, num_classes: int
) -> dict:
    """What a list is, and what differs from the published one."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    git_id = hashlib.sha1(b'blob %d\0' % len(content) + content).hexdigest()
    counts = np.bincount(table.labels, minlength=num_classes).tolist()
    groups = shot_groups(counts)
    facts = {
        'path': str(path),
        'sha256': sha256,
        'git_id': git_id,
        'images': len(table),
        'num_classes': num_classes,
        'largest_class': max(counts),
        'smallest_class': min(counts),
        'shots': {name: int(group.sum()) for name, group in groups.items()},
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


def read_lists(args: argparse.Namespace) -> dict[str, tuple[Path, ImageTable]]:
    """The lists that are there.

    Raises:
        FileNotFoundError: If a list that was named is missing, or all are.
        ValueError: If one cannot be read.
    """
    root = Path(args.data_root)
    known = KNOWN_SPLITS.get(args.data, {})
    lists = {}
    for split in SPLITS:
        named = getattr(args, split)
        name = named or (known[split].file if split in known else None)
        if name is None:
            continue
        path = root / name
        if path.is_file():
            read = read_inaturalist_json if path.suffix == '.json' else None
            table = (read or read_list)(path, args.num_classes)
            lists[split] = path, table
        elif named:
            raise FileNotFoundError(
                f'Expected the {split} list at {path}, but there is no such '
                'file.'
            )
    if not lists:
        raise FileNotFoundError(
            f'Expected a list in {root}, but there is none. '
            + LISTS_FROM.get(args.data, 'Name one with --train.')
        )
    return lists


def verify(args: argparse.Namespace) -> dict:
    """The report of all checks."""
    lists = read_lists(args)
    known = KNOWN_SPLITS.get(args.data, {})
    report = {
        'tool': f'mmlt {mmlt.__version__} verify_splits',
        'data': args.data,
        'data_root': args.data_root,
        'lists': {
            split: list_facts(path, known.get(split), table, args.num_classes)
            for split, (path, table) in lists.items()
        },
        'lists_missing': [split for split in known if split not in lists],
        'repeated': repeated({s: table for s, (_, table) in lists.items()}),
        'images': {'check': args.check, 'checked': 0, 'problems': []},
    }
    if args.check != 'none':
        where = {}
        prefix = Path(args.data_root) / args.data_prefix
        for split, (_, table) in lists.items():
            pairs = zip(table.all_names(), table.labels.tolist(), strict=True)
            for name, label in pairs:
                where.setdefault(os.path.join(prefix, name), (split, label))
        problems = check_images(
            list(where),
            args.check == 'decode',
            args.processes,
            Path(f'{args.report}.unfinished'),
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
    for kind in ('missing', 'empty', 'unreadable'):
        found = [
            entry['path']
            for entry in report['images']['problems']
            if entry['problem'].startswith(kind)
        ]
        if found:
            more = ', ...' if len(found) > SHOWN else ''
            yield f'{len(found)} images {kind}: {", ".join(found[:SHOWN])}' + (
                more
            )


def show(report: dict) -> None:
    """Print a report for people."""
    for split, facts in report['lists'].items():
        shots = facts['shots']
        if facts['published_by']:
            origin = 'the file of ' + ', '.join(facts['published_by'])
        elif facts['difference'] is None:
            origin = 'nothing is known of it'
        elif facts['difference']:
            origin = 'NOT the published split'
        elif facts['counts_known']:
            origin = 'counts of the published split, another file'
        else:
            origin = (
                'size of the published split, whose counts are not known; '
                'another file'
            )
        print(
            f'{split}: {facts["images"]} images, {facts["num_classes"]} '
            f'classes of {facts["largest_class"]} to '
            f'{facts["smallest_class"]} (many {shots["many"]}, medium '
            f'{shots["medium"]}, few {shots["few"]}): {origin}'
        )
    checked = report['images']
    words = {'decode': 'decoded', 'exists': 'looked for', 'none': 'checked'}
    print(f'images: {checked["checked"]} {words[checked["check"]]}')
    for problem in report['problems']:
        # a name that is not UTF-8 must not stop the message
        print('PROBLEM ' + problem.encode('utf-8', 'replace').decode())
    print('all right' if report['ok'] else 'not all right')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Check lists and images of a long-tailed data set: '
        'number of lines, images per class and checksums against what is '
        'known of the published splits, paths in two lists (leakage), '
        'missing and damaged images.',
        epilog='Example: python tools/dataset_tools/verify_splits.py '
        'imagenetlt --data-root data/imagenet --processes 16. '
        'Exit code: 0 all right, 1 a problem was found, 2 the check could '
        'not be made, 130 interrupted (the same command goes on).',
    )
    parser.add_argument(
        'data',
        choices=[*KNOWN_SPLITS, 'own'],
        help="the data set; 'own' for other lists (with --num-classes)",
    )
    parser.add_argument('--data-root', help='folder of lists and images')
    parser.add_argument(
        '--data-prefix',
        default='',
        help='folder in front of the paths of the lists, in the data root',
    )
    for split in SPLITS:
        parser.add_argument(
            f'--{split}',
            metavar='LIST',
            help=f'{split} list in the data root (default: the usual name)',
        )
    parser.add_argument('--num-classes', type=int, help="for 'own' alone")
    parser.add_argument(
        '--check',
        choices=['decode', 'exists', 'none'],
        default='decode',
        help='decode every image, look whether it is there, or check the '
        'lists alone (default: decode)',
    )
    parser.add_argument(
        '--processes', type=int, default=os.cpu_count(), help='default: CPUs'
    )
    parser.add_argument(
        '--report',
        default='verify_splits.json',
        help='JSON file to write (default: verify_splits.json)',
    )
    args = parser.parse_args()
    if args.data == 'own':
        if not args.num_classes or args.num_classes < 1:
            parser.error("'own' needs --num-classes")
    else:
        classes = KNOWN_SPLITS[args.data]['val'].num_classes
        if args.num_classes not in (None, classes):
            parser.error(f'{args.data} has {classes} classes')
        args.num_classes = classes
    if args.processes < 1:
        parser.error('--processes must be at least 1')
    args.data_root = args.data_root or ROOTS.get(args.data, '.')
    return args


def main() -> int:
    """Run the checks; returns the exit code."""
    args = parse_args()
    try:
        report = verify(args)
        text = json.dumps(report, indent=1)
        Path(args.report).write_text(text + '\n', encoding='utf-8')
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('interrupted; the same command goes on', file=sys.stderr)
        return 130
    show(report)
    print(f'report: {args.report}')
    return 0 if report['ok'] else 1


if __name__ == '__main__':
    sys.exit(main())
