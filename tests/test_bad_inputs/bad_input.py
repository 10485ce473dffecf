"""What a row of the table of bad inputs is."""

import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RECIPE = 'fcc/resnet20_digitslt'


@dataclass(frozen=True)
class BadInput:
    """A command line that must end in one line that helps.

    Args:
        name: What is wrong, in words-with-dashes.
        arrange: Of an empty folder, which is the working directory then, and
            the folder of a finished training, which is read and never
            written: it writes files where the mistake is in one, and
            returns the words after ``mmlt``.
        sentence: Regular expression that the line must match.
        leaves: Patterns of files that may be new in the folder afterwards,
            beside the log, the config and the record of a run.
    """

    name: str
    arrange: Callable[[Path, Path], list]
    sentence: str
    leaves: tuple[str, ...] = ()


def call(name: str, line: str, sentence: str) -> BadInput:
    """A row without files of its own.

    Args:
        name: What is wrong.
        line: The command line after ``mmlt``. '{run}' is the folder of the
            finished training, '{checkpoint}' its checkpoint, and '{copy}' a
            copy of the folder, for what writes its predictions there.
        sentence: Regular expression that the line must match.
    """

    def arrange(folder: Path, trained: Path) -> list[str]:
        places = {'run': trained, 'checkpoint': trained / 'epoch_1.pth'}
        if '{copy}' in line:
            places['copy'] = copied(trained, folder)
        return [word.format(**places) for word in shlex.split(line)]

    leaves = ('run/predictions_*.npz',) if '{copy}' in line else ()
    return BadInput(name, arrange, sentence, leaves)


def train(name: str, *options: str, sentence: str) -> BadInput:
    """A row of a training on the digits with ``--cfg-options``.

    Args:
        name: What is wrong.
        *options: As 'model.neck.1.gamma=-1'.
        sentence: Regular expression that the line must match.
    """

    def arrange(folder: Path, trained: Path) -> list[str]:
        short = ['train_cfg.max_epochs=1']
        return ['train', RECIPE, '--cfg-options', *short, *options]

    return BadInput(name, arrange, sentence)


def copied(trained: Path, folder: Path) -> Path:
    """A copy of the finished training, to be spoiled."""
    return Path(shutil.copytree(trained, folder / 'run'))


def write(path: Path, text: str) -> Path:
    """A file of the user; its path."""
    path.write_text(text)
    return path


def config(name: str, *files: str, sentence: str) -> BadInput:
    """A row of a training of a config file of the user.

    Args:
        name: What is wrong.
        *files: Texts of files: 'a.py' is trained, and 'b.py' and so on are
            beside it. '{base}' is the recipe for the digits.
        sentence: Regular expression that the line must match.
    """

    def arrange(folder: Path, trained: Path) -> list[str]:
        for letter, text in zip('abc', files, strict=False):
            text = text.replace('{base}', f'mmlt::{RECIPE}.py')
            (folder / f'{letter}.py').write_text(text)
        return ['train', 'a.py']

    return BadInput(name, arrange, sentence)
