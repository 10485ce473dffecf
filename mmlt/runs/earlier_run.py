"""What an earlier training left in a work directory, and how it is kept."""

import re
from datetime import datetime
from pathlib import Path

from mmengine.config import Config

from .config_text import read_config_text
from .folder import read_work_dir
from .record import NAME as RECORD

# as mmengine's CheckpointHook names them, and StopOnSignalHook
CHECKPOINT = re.compile(
    r'((epoch|iter)_\d+|best_.+|stopped_epoch_\d+_iter_\d+)\.pth'
)
FOLDER = 'earlier'
# what else belongs to a training: its folders of logs, and what commands of
# ours make of its network. All else stays, as runs of their own do (`seed_1`)
OF_A_RUN = re.compile(
    r'\d{8}_\d{6}|vis_data|report|last_checkpoint|calibrators\.json|'
    rf'predictions_\w+\.npz|{re.escape(RECORD)}'
)


def checkpoints_in(folder: str | Path) -> list[Path]:
    """Checkpoints of an earlier training, good or not, the newest last.

    Args:
        folder: Work directory, there or not.
    """
    found = [
        path
        for path in Path(folder).glob('*.pth')
        if CHECKPOINT.fullmatch(path.name)
    ]
    return sorted(found, key=_age)


def _age(path: Path) -> tuple[int, list[int]]:
    """Time of a file, then the numbers in its name."""
    numbers = [int(digits) for digits in re.findall(r'\d+', path.name)]
    return path.stat().st_mtime_ns, numbers


def check_nothing_is_lost(folder: str | Path, seed: int | None = None) -> None:
    """Raise if a training that begins anew would write over an earlier one.

    Args:
        folder: Work directory, there or not.
        seed: Of the training; None: not known.

    Raises:
        FileExistsError: Naming the newest checkpoint.
    """
    found = checkpoints_in(folder)
    if found:
        names = [path.name for path in found]
        kept = names[-1] if len(names) == 1 else f'{len(names)} checkpoints'
        earlier = _seed_in(folder)
        seeds = ''
        if None not in (seed, earlier) and seed != earlier:
            seeds = (
                f' The seed there is {earlier}, and this one is {seed}: `mmlt '
                'seeds` trains several, each in a folder of its own.'
            )
        raise FileExistsError(
            f'Expected {folder} to hold no checkpoint where a training begins '
            f'anew, but an earlier one left {kept}'
            f'{"" if len(names) == 1 else f", the last {names[-1]}"}. Go on '
            'from it with --resume, choose another --work-dir, or begin anew '
            f'with --restart, which moves it to {Path(folder) / FOLDER}.'
            f'{seeds}'
        )


def _seed_in(folder: str | Path) -> int | None:
    """Seed of the training in a folder, None where it cannot be read."""
    try:
        return read_work_dir(folder).seed
    except (FileNotFoundError, ValueError):
        return None


def check_config_is_kept(cfg: Config) -> None:
    """Raise if a training would write its config over one of a person.

    Args:
        cfg: Of the training, with ``work_dir``, where mmengine writes it
            under the name of its file.

    Raises:
        FileExistsError: Naming the file.
    """
    path = Path(cfg.work_dir, Path(cfg.filename or '').name)
    if path.is_file() and not is_written(path):
        raise FileExistsError(
            f'Expected {cfg.work_dir} to be a folder for what a training '
            f'writes, but {path} is there: the whole config of the training '
            'would be written over it. Choose another --work-dir.'
        )


def is_written(path: Path) -> bool:
    """Whether a config is one that mmengine wrote into a work directory."""
    try:
        settings = read_config_text(path.read_text('utf-8'))
    except ValueError:  # more than literals, or no text
        return False
    return 'work_dir' in settings and '_base_' not in settings


def move_aside(folder: str | Path) -> Path | None:
    """Move what an earlier training left into a folder of its own.

    What else lies there stays: files of a person, runs in folders of their
    own (``stage1``, ``seed_1``), and the lock.

    Args:
        folder: Work directory, there or not.

    Returns:
        Where it is now: ``<folder>/earlier/<time>``. None where no
        checkpoint was there; then nothing is moved.
    """
    folder = Path(folder)
    if not checkpoints_in(folder):
        return None
    place = folder / FOLDER / f'{datetime.now():%Y%m%d_%H%M%S}'
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f'{place.name.split("-")[0]}-{number}')
    place.mkdir(parents=True)
    for path in sorted(folder.iterdir()):
        if is_of_a_training(path):
            path.rename(place / path.name)
    return place


def is_of_a_training(path: Path) -> bool:
    """Whether something in a work directory is of the training there."""
    if path.suffix == '.py':
        return path.is_file() and is_written(path)
    if path.name == 'report':
        return (path / 'index.html').is_file()
    return any(kind.fullmatch(path.name) for kind in (CHECKPOINT, OF_A_RUN))
