"""Checkpoints of another network than that of the config."""

from collections.abc import Callable
from pathlib import Path

import torch

from .bad_input import RECIPE, BadInput
from .checkpoints import COMMANDS

Weights = dict[str, torch.Tensor]
FITS = 'the weights of the network of this config, but it does not'


def without(start: str) -> Callable[[Weights], Weights]:
    """Leaves out the weights of a part."""
    return lambda w: {k: v for k, v in w.items() if not k.startswith(start)}


def nine(weights: Weights) -> Weights:
    """A classifier of nine classes."""
    head = {k: v[:9] for k, v in weights.items() if k.startswith('head.fc')}
    return weights | head


def prefixed(weights: Weights) -> Weights:
    return {f'net.{name}': value for name, value in weights.items()}


def nonsense(weights: Weights) -> Weights:
    return {'a.b': torch.ones(3)}


def scaled(weights: Weights) -> Weights:
    """Those of another head, which has more."""
    return weights | {'head.scale': torch.ones(10)}


OTHERS = {
    'no-head': (without('head'), r'missing: head\.fc\.weight, head\.fc\.bias'),
    'no-backbone': (without('backbone'), r'missing: backbone\.conv1\.weight'),
    'nine-classes': (nine, r'head\.fc\.weight \(9, 64\) for \(10, 64\)'),
    'a-prefix': (prefixed, r'not in the network: net\.backbone\.conv1'),
    'nonsense': (nonsense, r'not in the network: a\.b'),
    'another-head': (scaled, r'not in the network: head\.scale'),
}
# a head of another number of classes, or of another kind, may be trained anew
FINE_TO_BEGIN_WITH = ('no-head', 'nine-classes', 'another-head')


def other(command: str, kind: str) -> BadInput:
    """The checkpoint of another network, named to a command."""
    change, sentence = OTHERS[kind]
    start = 'hold the backbone .* 0 %' if command == 'load-from' else FITS
    if command == 'aggregate':  # a network of experts is asked for
        sentence = r'\(missing: '

    def arrange(place: Path, trained: Path) -> list:
        content = torch.load(trained / 'epoch_1.pth', weights_only=False)
        content['state_dict'] = change(content['state_dict'])
        torch.save(content, place / 'epoch_1.pth')
        return COMMANDS[command](place / 'epoch_1.pth')

    return BadInput(f'{command}-{kind}', arrange, f'{start}.*{sentence}')


def config_of_another(command: str, *options: str, sentence: str) -> BadInput:
    """A whole checkpoint, and a config that changes the network."""

    def arrange(place: Path, trained: Path) -> list:
        path = trained / 'epoch_1.pth'
        words = ['test', RECIPE, path, '--work-dir', place / 'w']
        if command == 'load-from':
            words = ['train', RECIPE, '--work-dir', place / 'w']
            return [*words, '--cfg-options', *options, f'load_from={path}']
        return [*words, '--cfg-options', *options]

    return BadInput(f'{command}-{options[0]}', arrange, sentence)


ROWS: list[BadInput] = [
    *(other('test', kind) for kind in OTHERS),
    *(other('resume', kind) for kind in OTHERS),
    *(
        other('load-from', kind)
        for kind in OTHERS
        if kind not in FINE_TO_BEGIN_WITH
    ),
    *(other('export', kind) for kind in ('no-head', 'another-head')),
    *(other('calibrate', kind) for kind in ('nine-classes', 'no-backbone')),
    *(other('aggregate', kind) for kind in ('nonsense', 'no-head')),
    config_of_another(
        'test',
        'model.backbone.depth=32',
        sentence=rf'{FITS} \(missing: backbone\.layer1\.3',
    ),
    config_of_another(
        'load-from',
        'model.backbone.depth=32',
        sentence=r'hold the backbone of this config, but 58 % of its weights',
    ),
    config_of_another(
        'test',
        'model.head.num_classes=12',
        sentence=r'head\.fc\.weight \(10, 64\) for \(12, 64\)',
    ),
]
