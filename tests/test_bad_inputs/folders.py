"""Work directories that a training must not go into as it is told."""

from collections.abc import Callable
from pathlib import Path

from .bad_input import RECIPE, BadInput, copied


def again(name: str, *words: str, sentence: str) -> BadInput:
    """A row of a training into a copy of the finished one.

    Args:
        name: What is wrong.
        *words: After the folder; '{folder}' is the folder of the row.
        sentence: Regular expression that the line must match.
    """

    def arrange(folder: Path, trained: Path) -> list:
        filled = [word.format(folder=folder) for word in words]
        run = copied(trained, folder)
        return ['train', RECIPE, '--work-dir', run, *filled]

    return BadInput(name, arrange, sentence)


def into(name: str, make: Callable[[Path], object], sentence: str) -> BadInput:
    """A row of a training into a folder that is made first."""

    def arrange(folder: Path, trained: Path) -> list:
        make(folder / 'run')
        return ['train', RECIPE, '--work-dir', folder / 'run']

    return BadInput(name, arrange, sentence)


def with_best(folder: Path) -> None:
    """The best checkpoint alone was kept."""
    folder.mkdir()
    (folder / 'best_accuracy_top1_epoch_3.pth').write_bytes(b'weights')


ROWS = [
    again(
        'begun-anew-over-checkpoints',
        sentence=r'run to hold no checkpoint .*left epoch_1.pth. Go on from it'
        r' with --resume, choose another --work-dir, or .*--restart',
    ),
    again(
        'begun-anew-from-its-own-weights',
        *('--cfg-options', 'load_from={folder}/run/epoch_1.pth'),
        sentence='to hold no checkpoint where a training begins anew',
    ),
    again(
        'resumed-and-begun-anew',
        *('--resume', '--restart'),
        sentence='--resume goes on and --restart begins anew: name one',
    ),
    again(
        'resumed-with-another-optimizer',
        *('--resume', '--cfg-options', 'train_cfg.max_epochs=2'),
        'optim_wrapper.optimizer.type=Adagrad',
        sentence=r"`optim_wrapper.optimizer.type` to be 'SGD', with which ",
    ),
    again(
        'resumed-with-other-groups',
        *('--resume', '--cfg-options', 'train_cfg.max_epochs=2'),
        'optim_wrapper.paramwise_cfg.norm_decay_mult=0',
        sentence=r'`optim_wrapper.paramwise_cfg` to be None, .*--cfg-options '
        r'load_from=\S+epoch_1.pth without --resume',
    ),
    again(
        'no-epochs',
        *('--restart', '--cfg-options', 'train_cfg.max_epochs=0'),
        sentence='`train_cfg.max_epochs` to be at least 1, but got 0',
    ),
    into(
        'best-checkpoint-alone',
        with_best,
        'left best_accuracy_top1_epoch_3.pth',
    ),
    into('a-file', Path.touch, 'work directory that can be written, but'),
]
