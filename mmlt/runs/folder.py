"""The folder of a run: its config, its checkpoint, what it says of itself."""

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from mmengine.config import Config
from mmengine.logging import print_log

from mmlt.checkpoints import damage_of, newest_whole, numbered

from .log import device_of, minutes_of, read_curves
from .preflight import is_ours, read_config, with_overlays
from .recipes import recipe_file
from .record import read_run_record

# what makes two runs repetitions of one recipe; the seed is not among them
RECIPE_PARTS = (
    'model',
    'data_preprocessor',
    'train_dataloader',
    'optim_wrapper',
    'param_scheduler',
    'train_cfg',
)


@dataclass(frozen=True)
class WorkDir:
    """A finished run: what :func:`read_work_dir` found in its folder.

    Args:
        path: The folder.
        config_path: The config that the run wrote into it.
        config: The same, read.
        checkpoint: The last one; it may have been deleted since.
        epoch: Epochs in the last checkpoint, or 0 where its name says none.
        seed: Of the run; None where the config has none.
        curves: Name of a number to its epochs and values, as they were
            logged; the training loss is the mean of what was logged in each
            epoch.
        minutes: Wall clock, of all parts of a resumed run.
        device: What the log says, 'CPU' or the name of the GPU.
        parts: Of :func:`~mmlt.runs.record.read_run_record`; empty
            where the run was not recorded.
    """

    path: Path
    config_path: Path
    config: Config
    checkpoint: Path
    epoch: int
    seed: int | None
    curves: dict[str, tuple[list[int], list[float]]]
    minutes: float
    device: str
    parts: list[dict] = field(default_factory=list)

    @property
    def recipe(self) -> str:
        """Folder and name of the recipe, as 'ce/resnet32_cifar10lt+fcc'.

        As it was recorded. Where it was not: of the folder the config names;
        the name of the config file alone where it was given another
        (``--work-dir``).
        """
        if self.source:
            path = Path(self.source)
            return with_overlays('/'.join(path.parts[-2:]), self.overlays)
        named = Path(self.config.get('work_dir') or '')
        own = with_overlays(self.config_path.name, self.overlays)
        if named.name == own and named.parent.name:
            return f'{named.parent.name}/{own}'
        return own

    @property
    def overlays(self) -> list[str]:
        """What was added to the recipe, in order."""
        return list(self.config.get('applied_overlays') or [])

    @property
    def source(self) -> str | None:
        """Path of the recipe, from the top of the project; None: unknown."""
        return self.parts[-1]['config'] if self.parts else None

    @property
    def arguments(self) -> list[str]:
        """Further arguments of the command that made the run."""
        if self.parts:
            return self.parts[-1]['arguments']
        return ['--with', *self.overlays] if self.overlays else []

    @property
    def repository(self) -> dict | None:
        """Of the person whose config it is; None: a recipe of mmlt."""
        return self.parts[-1].get('repository') if self.parts else None

    @property
    def commit(self) -> str | None:
        """Commit of the code of the last part; None where not known."""
        return self.parts[-1]['commit'] if self.parts else None

    @property
    def commit_note(self) -> str:
        """What the commit alone does not say, or ''."""
        notes = []
        if any(part['changed'] for part in self.parts):
            notes.append('with changes that were not committed')
        others = {part['commit'] for part in self.parts} - {self.commit}
        names = {(other or 'unknown')[:10] for other in others}
        if self.parts and self.parts[0]['resumed']:
            names.add('unknown')
        if names:
            names = sorted(names)
            notes.append(f'resumed; earlier parts: {", ".join(names)}')
        return '; '.join(notes)

    def settings(self) -> dict:
        """The parts of the config that say what was trained."""
        return {
            name: self.config[name]
            for name in RECIPE_PARTS
            if name in self.config
        }


def last_checkpoint(work_dir: str | Path) -> str | None:
    """The checkpoint that a training goes on from: the newest whole one.

    The one that the training wrote down last; where that is damaged, gone or
    not written down, the newest whole one in the folder, which is said.

    Args:
        work_dir: Folder of a training, moved or not.

    Returns:
        Its path: in the folder, or where the training put it if it is not
        there. None if there has been no checkpoint yet.

    Raises:
        ValueError: If there have been checkpoints, but none is whole.
    """
    folder = Path(work_dir)
    noted, reasons = noted_checkpoint(folder), []
    if noted is None:
        reasons.append(why_not_noted(folder))
    others = [path for path in numbered(folder) if path != noted]
    for path in [noted, *others] if noted else others:
        damage = damage_of(path)
        if damage is None:
            if reasons:
                print_log(
                    f'The newest whole checkpoint is {path}: '
                    f'{"; ".join(reasons)}.',
                    logger='current',
                    level=logging.WARNING,
                )
            return str(path)
        reasons.append(f'{path.name} {damage}')
    if noted is None and not others:
        return None
    raise ValueError(
        f'Expected a whole checkpoint in {folder}, but {"; ".join(reasons)}. '
        'Put one there, or begin anew in another folder (--work-dir).'
    )


def noted_checkpoint(work_dir: str | Path) -> Path | None:
    """Where the last checkpoint of a training should be.

    Args:
        work_dir: Folder of a training, moved or not.

    Returns:
        Its path, there or not; None if the training wrote down none that can
        be read, see :func:`why_not_noted`.
    """
    try:
        text = (Path(work_dir) / 'last_checkpoint').read_text().strip()
        if not text or not text.isprintable():
            return None
        noted = Path(text)
        # by name first: the folder may have been moved since, or copied
        inside = Path(work_dir) / noted.name
        return noted if noted.is_file() and not inside.is_file() else inside
    except (OSError, UnicodeDecodeError):
        return None


def why_not_noted(work_dir: str | Path) -> str:
    """Why :func:`noted_checkpoint` is None, as a part of a sentence."""
    note = Path(work_dir) / 'last_checkpoint'
    if note.is_dir():
        return '`last_checkpoint` is a folder'
    if not note.is_file():
        return 'there is no `last_checkpoint`'
    state = 'is garbled' if note.stat().st_size else 'is empty'
    return f'`last_checkpoint` {state}'


def find_run(
    run: str | Path, checkpoint: str | Path | None = None
) -> tuple[str, str]:
    """Config and checkpoint of a run.

    Args:
        run: Work directory, moved or not; or a config, by its path, its
            name among the recipes, or as in ``_base_`` ('mmlt::...').
        checkpoint: File or address; None takes the last checkpoint of the
            work directory.

    Returns:
        The config and the checkpoint.

    Raises:
        FileNotFoundError: If one of them is missing.
        ValueError: If there are several configs, or a config without a
            checkpoint.
    """
    if not Path(run).is_dir():
        # 'mmlt::fcc/a.py' is of mmengine, which finds it when it is read
        config = run if '::' in str(run) else recipe_file(run)
        if checkpoint is None:
            raise ValueError(
                f'Expected a checkpoint beside the config {run}, but got '
                'none. Name config and checkpoint, or a work directory alone.'
            )
        return str(config), str(checkpoint)
    config, last = config_and_checkpoint(Path(run), checkpoint is None)
    if checkpoint is None:
        check_is_whole(last)
    return str(config), str(checkpoint or last)


def config_and_checkpoint(
    folder: Path, needs_checkpoint: bool = True
) -> tuple[Path, Path | None]:
    """What a work directory names; the checkpoint itself may be gone.

    Raises:
        FileNotFoundError: If there is no folder or config, or no checkpoint
            is named where one is needed.
        ValueError: If there are several configs.
    """
    if not folder.is_dir():
        near = sorted(p.name for p in folder.parent.glob('*') if p.is_dir())
        hint = 'Name the work directory of a training.'
        if near:
            hint = f'In {folder.parent}: {", ".join(near[:8])}.'
        raise FileNotFoundError(
            f'Expected the folder of a run, but {folder} '
            f'{"is a file" if folder.exists() else "does not exist"}. {hint}'
        )
    configs = sorted(folder.glob('*.py'))
    if len(configs) > 1:
        raise ValueError(
            f'Expected one config in {folder}, but got '
            f'{", ".join(path.name for path in configs)}. Name config and '
            'checkpoint instead.'
        )
    checkpoint = noted_checkpoint(folder)
    if checkpoint is None and needs_checkpoint and configs:
        found = last_checkpoint(folder)
        checkpoint = Path(found) if found else None
    missing = [] if configs else ['config']
    if needs_checkpoint and checkpoint is None:
        missing.append('checkpoint')
    if missing:
        raise FileNotFoundError(
            f'Expected {folder} to hold a config and `last_checkpoint`, as '
            f'a training leaves them, but there is no {missing[0]}. Is it '
            'the folder of a run, and past its first epoch? If it is, name '
            'config and checkpoint instead.'
        )
    return configs[0], checkpoint


def check_is_whole(checkpoint: Path) -> None:
    """Raise if the last checkpoint of a run is gone or damaged.

    An older one would be another result: it is named, not taken.

    Raises:
        FileNotFoundError: If it is gone.
        ValueError: If it is damaged.
    """
    damage = damage_of(checkpoint)
    if damage is None:
        return
    good = newest_whole(checkpoint.parent, beside=checkpoint)
    step = 'Put it there, or train again.'
    if good is not None:
        step = (
            f'The newest whole one is {good}: name it after the config, or '
            'go on from it with --resume.'
        )
    kind = ValueError if checkpoint.is_file() else FileNotFoundError
    raise kind(
        f'Expected the checkpoint {checkpoint}, which `last_checkpoint` '
        f'names, but it {damage}. {step}'
    )


def classifies_images(path: str | Path) -> bool:
    """Whether a run is of image classification; segmentation is not.

    Args:
        path: Its folder; there need be no checkpoint in it.

    Raises:
        FileNotFoundError: If the folder or its config is missing.
        ValueError: If there are several configs, or a file is damaged.
    """
    config, _ = config_and_checkpoint(Path(path), needs_checkpoint=False)
    return is_ours(read_config(config, import_custom_modules=False))


def read_work_dir(path: str | Path) -> WorkDir:
    """Find config, last checkpoint, seed, time and curves of a run.

    Args:
        path: Folder that ``tools/train.py`` wrote.

    Returns:
        What was found.

    Raises:
        FileNotFoundError: If the folder or the config is missing, or no
            checkpoint is named; the sentence says which.
        ValueError: If there are several configs, or a file is damaged.
    """
    path = Path(path)
    config_path, checkpoint = config_and_checkpoint(path)
    config = read_config(config_path, import_custom_modules=False)
    parts = read_run_record(path)
    numbered = re.search(r'epoch_(\d+)', checkpoint.stem)
    return WorkDir(
        path=path,
        config_path=config_path,
        config=config,
        checkpoint=checkpoint,
        epoch=int(numbered[1]) if numbered else 0,
        seed=config.get('randomness', {}).get('seed'),
        curves=read_curves(path),
        minutes=minutes_of(path),
        device=device_of(path),
        parts=parts,
    )
