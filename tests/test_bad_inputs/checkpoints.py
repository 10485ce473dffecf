"""Checkpoints that are wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import torch

from .bad_input import RECIPE, BadInput, call, copied

TRAINING = ['--cfg-options', 'train_cfg.max_epochs=2']
# how a checkpoint is named to a command
COMMANDS: dict[str, Callable[[Path], list]] = {
    'test': lambda path: ['test', RECIPE, path],
    'load-from': lambda path: [
        *('train', RECIPE, *TRAINING, f'load_from={path}')
    ],
    'resume': lambda path: ['train', RECIPE, '--resume', path, *TRAINING],
    'publish': lambda path: ['publish', path, 'out'],
    'export': lambda path: [
        *('export', RECIPE, path, '--to', 'torchscript', '--out', 'out.pt')
    ],
    'calibrate': lambda path: [
        *('calibrate-overlap', RECIPE, path, '--out', 'out', '--alpha', '1')
    ],
    'aggregate': lambda path: [
        *('aggregate-experts', 'sade/resnet20_digitslt', path)
    ],
    'dump': lambda path: ['dump-predictions', RECIPE, path],
}


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def deleted(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def words(path: Path) -> None:
    path.write_text('epoch_1')


def saved(change: Callable[[dict], object]) -> Callable[[Path], None]:
    """Replaces a checkpoint by what a function makes of its content."""

    def spoil(path: Path) -> None:
        content = torch.load(path, weights_only=False)
        torch.save(change(content), path)

    return spoil


def with_weights(change: Callable[[dict], dict]) -> Callable[[Path], None]:
    """Replaces some weights of a checkpoint."""

    def spoil(content: dict) -> dict:
        state = dict(content['state_dict'])
        return content | {'state_dict': state | change(state)}

    return saved(spoil)


nan = with_weights(lambda w: {'head.fc.bias': w['head.fc.bias'] / 0 * 0})
strings = with_weights(lambda w: {'head.fc.bias': 'a'})
SPOILED = {
    'half': (half, r'epoch_1.pth to be a checkpoint, but it is cut short'),
    'empty': (empty, r'epoch_1.pth to be a checkpoint, but it is empty'),
    'flipped': (flipped, r'epoch_1.pth .*the checksum of \S+ differs'),
    'text': (words, r'epoch_1.pth to be a checkpoint, .* Download or train'),
    'missing': (deleted, r'epoch_1.pth does not exist. Correct the path'),
    'folder': (folder, r'epoch_1.pth is a folder. Name a file'),
    'list': (saved(lambda c: [1, 2]), r'a dict with `state_dict`.*got list'),
    'no-content': (saved(lambda c: {}), r'weights of a network .* nothing'),
    'other-keys': (saved(lambda c: {'a': 1}), r'weights of a network .* a\.'),
    'nan': (nan, r'to be numbers, but head.fc.bias has nan'),
    'strings': (strings, r'tensor, but head.fc.bias is of the type str'),
}
# every kind of damage in a command, and every command with some damage
PAIRS = [
    *(('test', kind) for kind in SPOILED),
    *(('resume', kind) for kind in ('half', 'flipped', 'nan', 'folder')),
    *(('load-from', kind) for kind in ('half', 'no-content', 'other-keys')),
    *(('publish', kind) for kind in ('empty', 'flipped', 'nan', 'folder')),
    *(('export', kind) for kind in ('half', 'missing', 'nan')),
    *(('calibrate', kind) for kind in ('text', 'flipped', 'strings')),
    *(('aggregate', kind) for kind in ('half', 'no-content', 'nan')),
    *(('dump', kind) for kind in ('half', 'list', 'nan')),
]


def alone(command: str, kind: str) -> BadInput:
    """A spoiled checkpoint, named to a command."""
    spoil, sentence = SPOILED[kind]

    def arrange(place: Path, trained: Path) -> list:
        path = place / 'epoch_1.pth'
        path.write_bytes((trained / path.name).read_bytes())
        spoil(path)
        return COMMANDS[command](path)

    if (command, kind) == ('publish', 'no-content'):
        sentence = 'weights of a model'
    return BadInput(f'{command}-{kind}', arrange, sentence)


# what reads the last checkpoint of a folder
READERS = {
    'report': lambda run: ['report', run, '--out', 'out'],
    'plot': lambda run: ['plot', 'recall', run, '--out', 'out.svg'],
    'dump': lambda run: ['dump-predictions', run],
    'export': lambda run: [
        *('export', run, '--to', 'torchscript', '--out', 'out.pt')
    ],
    'resume': lambda run: [
        *('train', RECIPE, '--resume', '--work-dir', run, *TRAINING)
    ],
}


def last_of(
    command: str, name: str, change: Callable[[Path], object], sentence: str
) -> BadInput:
    """A folder whose last checkpoint is spoiled."""

    def arrange(place: Path, trained: Path) -> list:
        run = copied(trained, place)
        change(run)
        return READERS[command](run)

    return BadInput(f'{command}-{name}', arrange, sentence)


def no_whole_one(run: Path) -> None:
    half(run / 'epoch_1.pth')


def older_one(run: Path) -> None:
    (run / 'epoch_0.pth').write_bytes((run / 'epoch_1.pth').read_bytes())
    half(run / 'epoch_1.pth')


def none_at_all(run: Path) -> None:
    (run / 'epoch_1.pth').unlink()
    (run / 'last_checkpoint').write_text('work_dirs/a/epoch_1.pth')


LAST = r'epoch_1.pth, which `last_checkpoint` names, but it '
ROWS: list[BadInput] = [
    *(alone(command, kind) for command, kind in PAIRS),
    *(
        last_of(command, 'last-half', no_whole_one, f'{LAST}is cut short')
        for command in ('report', 'dump', 'export')
    ),
    *(
        last_of(
            command,
            'last-half-one-before',
            older_one,
            rf'{LAST}is cut short.*whole one is \S+epoch_0.pth: name it',
        )
        for command in ('report', 'plot', 'dump', 'export')
    ),
    last_of('report', 'last-gone', none_at_all, f'{LAST}does not exist'),
    last_of(
        'resume',
        'no-whole-one',
        no_whole_one,
        'Expected a whole checkpoint in .*epoch_1.pth is cut .*--work-dir',
    ),
    last_of(
        'resume',
        'all-gone',
        none_at_all,
        'Expected a whole checkpoint in .*epoch_1.pth does not exist',
    ),
    call(
        'resume-address',
        f'train {RECIPE} --resume pavi://model',
        sentence='pavi://model. Download it and name the file',
    ),
]
