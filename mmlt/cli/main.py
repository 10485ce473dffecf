"""The command ``mmlt``.

Only the module of the command that is called is imported: the list of all
commands is a table, and ``mmlt --help`` is there at once.
"""

import argparse
import difflib
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from mmlt.environment import why_no_trainer
from mmlt.version import __version__

from .shell import errors_in_one_line, run_command

COMMANDS = {
    'train and test': {
        'train': 'train a recipe',
        'seeds': 'train it with several seeds; mean and spread',
        'sweep': 'choose settings on held-out training images',
        'lr-find': 'the loss as the learning rate grows, and what to take',
        'test': 'test a checkpoint',
        'classifier-weights': 'begin a classifier with the names of classes',
        'recipes': 'list the recipes and overlays that come with mmlt',
    },
    'compare': {
        'report': 'one page with tables and pictures of finished runs',
        'plot': 'one picture of finished runs',
        'evaluate': 'the same of predictions of any framework',
        'dump-predictions': 'write the predictions of a network to a file',
        'test-agnostic': 'accuracy on test sets of other class frequencies',
        'misclassified-area': 'the misclassified area of FCC',
        'reproduce': 'run and show the plan of all results',
        'verify': 'test the networks that come with mmlt on CIFAR',
    },
    'after training': {
        'posthoc': 'fit calibrators on held-out predictions',
        'calibrate-overlap': 'calibrate by the overlap of the classes',
        'aggregate-experts': 'weigh experts on unlabeled test images',
    },
    'use': {
        'predict': 'name the images of a folder, with probabilities',
    },
    'data': {
        'new': 'begin a project on images of your own',
        'browse': 'show training images as the network sees them',
        'verify-splits': 'check lists and images of a data set',
        'make-longtail': 'make long-tailed lists from a folder of images',
    },
    'share a model': {
        'export': 'write TorchScript, ONNX or plain mmpretrain',
        'publish': 'make a checkpoint ready to be handed on',
    },
    'this installation': {
        'completion': 'print what makes a shell complete these commands',
        'doctor': 'what is installed, what is broken, what it would train on',
    },
}
# those that work without mmengine, mmcv and mmpretrain
PLAIN = ('doctor',)
NAMES = [name for group in COMMANDS.values() for name in group]


def command_module(name: str) -> ModuleType:
    """Module of a command, by its name as in the table."""
    return importlib.import_module(
        f'mmlt.cli.commands.{name.replace("-", "_")}'
    )


def sibling(program: str, name: str) -> str:
    """How to call another command, by the door that was taken.

    Args:
        program: How this one was called, 'mmlt train' or 'python tools/...'.
        name: Of the other one.
    """
    if program.startswith('mmlt '):
        return f'mmlt {name}'
    return f'python {command_module(name).TOOL}'


def make_parser() -> argparse.ArgumentParser:
    """The parser of ``mmlt`` itself, which knows the names alone."""
    lines = ['commands:']
    for title, group in COMMANDS.items():
        lines += ['', f'  {title}']
        lines += [f'    {name:20}{text}' for name, text in group.items()]
    lines += [
        '',
        'Each has its own help: mmlt train --help',
        'Example: mmlt train fcc/resnet20_digitslt',
    ]
    parser = argparse.ArgumentParser(
        prog='mmlt',
        usage='mmlt COMMAND ...',
        description='Long-tailed image classification with mmpretrain.',
        epilog='\n'.join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--version', action='version', version=f'mmlt {__version__}'
    )
    parser.add_argument(
        'command', choices=NAMES, metavar='COMMAND', help='one of those below'
    )
    return parser


def unknown_command(name: str) -> str:
    """What is said of a command that there is not."""
    near = difflib.get_close_matches(name.lower(), NAMES, 1, 0.6)
    hint = f'Did you mean `{near[0]}`? ' if near else ''
    return f'{name!r} is no command. {hint}Known: {", ".join(NAMES)}'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``mmlt`` with the arguments of the command line.

    Returns:
        The exit code.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser = make_parser()
    if not arguments:
        parser.print_help(sys.stderr)
        return 2
    if arguments[0] not in NAMES and not arguments[0].startswith('-'):
        parser.error(unknown_command(arguments[0]))
    name = parser.parse_args(arguments[:1]).command
    with errors_in_one_line(prepared=True):  # Ctrl-C while torch is imported
        if name not in PLAIN and why_no_trainer():
            sys.exit(f'error: {why_no_trainer()}')
        command = command_module(name)
    return run_command(command, f'mmlt {name}', arguments[1:])
