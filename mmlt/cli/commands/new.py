"""Begin a project on images of your own: lists and a config."""

import argparse
import os
import shlex
from pathlib import Path

from mmlt.cli.progress import counter
from mmlt.cli.values import real_number, seed, whole_number
from mmlt.datasets.make_lists import EXTENSIONS
from mmlt.projects.config_text import known_methods
from mmlt.projects.project import ProjectSettings, new_project
from mmlt.projects.source import SourceSettings
from mmlt.runs.keys import did_you_mean

TOOL = 'tools/new.py'
DESCRIPTION = (
    'Begin a project on images of your own. It looks into every image, deals '
    'them out to training, validation and test, each class by its share and '
    'copies of an image together, and writes lists, class names and a config '
    'into a new folder. Nothing that is there is changed.'
)
EXAMPLE = 'my_project --images photos --method bsce'
SHOWN = 3  # names of a kind that are printed; images.json has all

share = real_number('a share in (0, 1)', lambda value: 0 < value < 1)
# weights of torchvision's ResNet-18
IMAGENET = 'torchvision://resnet18'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The images, and what is made of them."""
    parser.add_argument('project', help='folder to make; must not exist')
    parser.add_argument(
        '--images',
        required=True,
        help='folder with one subfolder per class, also inside train, val and '
        'test; or a table (.csv, .tsv, .jsonl, .parquet) with a path and a '
        'label per row; or a folder with such a metadata.csv',
    )
    parser.add_argument(
        '--method',
        nargs='+',
        default=['bsce'],
        metavar='METHOD',
        help='a config for each of these (default: bsce, balanced softmax): '
        + ', '.join(known_methods()),
    )
    for split, value in (('val', 0.1), ('test', 0.2)):
        parser.add_argument(
            f'--{split}',
            type=share,
            default=value,
            metavar='SHARE',
            help=f'share of the images of each class for {split}.txt, at '
            f'least one where there are enough (default: {value})',
        )
    parser.add_argument('--seed', type=seed, default=0, help='default: 0')
    parser.add_argument(
        '--size',
        type=whole_number(8),
        metavar='PIXELS',
        help='edge of the images that the network sees (default: 64 to 224, '
        'by the images)',
    )
    parser.add_argument(
        '--batch-size',
        type=whole_number(2),
        metavar='N',
        help='images of a step; the learning rate follows (default: 8 to '
        '128, by their number)',
    )
    parser.add_argument(
        '--pretrained',
        nargs='?',
        const=IMAGENET,
        metavar='CHECKPOINT',
        help='weights that the ResNet-18 begins with: a file or an address '
        f'(default: random ones; without a value: {IMAGENET}, those of '
        'ImageNet, downloaded by the first training)',
    )
    parser.add_argument(
        '--root', help='folder that the paths of a table begin in'
    )
    for kind in ('path', 'label'):
        parser.add_argument(
            f'--{kind}-column',
            metavar='NAME',
            help=f'column of the {kind}s of a table (default: one of the '
            'usual names)',
        )
    parser.add_argument(
        '--extensions',
        default=EXTENSIONS,
        help=f'endings of images (default: {EXTENSIONS})',
    )
    parser.add_argument(
        '--no-near-copies',
        action='store_true',
        help='look for equal files alone, not for the same picture in '
        'another size or format',
    )
    parser.add_argument(
        '--processes',
        type=whole_number(1),
        default=os.cpu_count(),
        help='default: CPUs',
    )


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Shares that leave something, and methods that there are."""
    if args.val + args.test >= 1:
        parser.error(
            f'--val {args.val:g} and --test {args.test:g} leave no image for '
            'training: together they must be less than 1'
        )
    start = args.pretrained
    if start is not None and '://' not in start:
        if not os.path.isfile(start):
            parser.error(
                f'argument --pretrained: {start} is no file. Without a '
                f'value it is {IMAGENET}'
            )
        args.pretrained = os.path.abspath(start)
    known = known_methods()
    for method in args.method:
        if method not in known:
            parser.error(
                f'argument --method: {method!r} is none. '
                f'{did_you_mean(method, list(known))}Known: '
                f'{", ".join(known)}'
            )


def run(args: argparse.Namespace) -> None:
    """Make the project, say what was found and what comes next."""
    settings = ProjectSettings(
        SourceSettings(
            args.images,
            args.root,
            args.path_column,
            args.label_column,
            args.extensions,
        ),
        args.method,
        args.val,
        args.test,
        args.seed,
        not args.no_near_copies,
        args.size,
        args.batch_size,
        args.processes,
        args.pretrained,
    )
    with counter('Looking into images') as progress:
        record = new_project(args.project, settings, progress)
    for line in found_lines(record):
        # a name that is not UTF-8 must not stop the message
        print(line.encode('utf-8', 'replace').decode())
    print(f'\nWritten into {args.project}. What comes next:')
    for line in next_lines(record, args.program, args.project):
        print(f'  {line}')


def found_lines(record: dict) -> list[str]:
    """What was found, and what became of it."""
    lists = [facts['class_counts'] for facts in record['lists'].values()]
    counts = [sum(numbers) for numbers in zip(*lists, strict=True)]
    lines = [
        f'{sum(counts):,} images of {len(counts)} classes, {max(counts):,} '
        f'to {min(counts):,} of a class'
    ]
    bad = record['unreadable']
    if bad:
        named = [f'{p} ({bad[p]})' for p in list(bad)[:SHOWN]]
        lines.append(
            f'left out: {amount(len(bad), "image")} that cannot be read: '
            + some(named, len(bad))
        )
    empty = record['classes_left_out']
    if empty:
        many = f'{len(empty):,} classes' if len(empty) > 1 else '1 class'
        lines.append(
            f'left out: {many} without an image that can be read: '
            + some(empty[:SHOWN], len(empty))
        )
    others = record['other_files']
    if others:
        endings = ', '.join(f'{end}: {n}' for end, n in others.items())
        lines.append(
            f'left out: {amount(sum(others.values()), "file")} of other '
            f'endings ({endings})'
        )
    hidden = record['hidden_files']
    if hidden:
        named = [f'{name}: {n}' for name, n in list(hidden.items())[:SHOWN]]
        lines.append(
            f'left out: {amount(sum(hidden.values()), "file")} of other '
            f'programs ({some(named, len(hidden))})'
        )
    beside = record['files_beside_classes']
    if beside:
        lines.append(
            f'left out: {amount(len(beside), "file")} beside the folders of '
            f'the classes: {some(beside[:SHOWN], len(beside))}'
        )
    if record['repeated_rows']:
        lines.append(
            'left out: rows of the table that repeat an image: '
            f'{record["repeated_rows"]}'
        )
    dark = record['darkened']
    if dark:
        lines.append(
            f'{amount(len(dark), "image")} of more than 8 bits nearly black '
            'as training reads them, 65535 being white: their values end at '
            f'{max(dark.values()):,}. Scale them to 8 bits first '
            f'({some(list(dark)[:SHOWN], len(dark))})'
        )
    lines += copy_lines(record['copies'])
    if record['given_splits']:
        lines.append(
            'splits as they are in the source: '
            + ', '.join(record['given_splits'])
        )
    for name, facts in record['lists'].items():
        own = facts['class_counts']
        empty = [
            c for c, n in zip(record['classes'], own, strict=True) if not n
        ]
        without = ''
        if empty:
            without = f'; without {some(empty[:SHOWN], len(empty))}'
        lines.append(
            f'{name}: {amount(facts["images"], "image")}, {max(own):,} to '
            f'{min(own):,} of a class{without}'
        )
    limits = record['shot_limits']
    if limits is not None:
        lines.append(
            'groups of about a third of the classes: many-shot have more than '
            f'{limits["many"]} training images, few-shot fewer than '
            f'{limits["few"]}'
        )
    height, width = record['median_size']
    lines.append(
        f'images of {record["size"]} x {record["size"]} pixels (theirs: '
        f'{width:g} x {height:g} in the median), {record["batch_size"]} in '
        'a step'
    )
    return lines


def copy_lines(copies: dict) -> list[str]:
    """Groups of copies, by kind, with an example each."""
    lines = []
    apart = '`--no-near-copies` takes each image by itself'
    for key, words in (
        ('equal', 'of equal files, together in one list'),
        ('near', f'of near copies, together in one list ({apart})'),
        (
            'of_two_classes',
            'of copies with two labels: delete the line of the wrong one in '
            'the list that has it',
        ),
        ('near_of_two_classes', 'of near copies of two classes: look at them'),
        ('in_two_lists', 'of copies in two lists: a leak of the source'),
    ):
        groups = copies[key]
        if groups:
            images = sum(map(len, groups))
            many = f' ({images} images)' if images > 2 * len(groups) else ''
            lines.append(
                f'{amount(len(groups), "group")}{many} {words}, as '
                f'{" and ".join(groups[0][:2])}'
                + ('; images.json has all' if len(groups) > 1 else '')
            )
    return lines


def next_lines(record: dict, program: str, project: str) -> list[str]:
    """The commands that follow, as they are typed."""
    from mmlt.cli.main import sibling

    folder = Path(project)
    runs = [
        os.path.join('work_dirs', folder.name, method)
        for method in record['configs']
    ]
    commands = [
        (sibling(program, 'train'), folder / name)
        for name in record['configs'].values()
    ]
    commands += [
        (sibling(program, 'report'), *runs, '--out', folder / 'report'),
        (sibling(program, 'verify-splits'), folder),
    ]
    return [
        ' '.join([words[0], *(shlex.quote(str(word)) for word in words[1:])])
        for words in commands
    ]


def some(names: list[str], total: int) -> str:
    """Some names, and how many more there are."""
    more = total - len(names)
    return ', '.join(names) + (f' and {more} more' if more > 0 else '')


def amount(number: int, noun: str) -> str:
    """'1 image', '2 images'."""
    return f'{number:,} {noun}{"s" if number != 1 else ""}'
