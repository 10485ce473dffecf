"""What the folder of a finished run says about the run."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from mmengine.config import Config

from .predict import find_run
from .preflight import read_config, with_overlays
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
        checkpoint: The last one.
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


def read_work_dir(path: str | Path) -> WorkDir:
    """Find config, last checkpoint, seed, time and curves of a run.

    Args:
        path: Folder that ``tools/train.py`` wrote.

    Returns:
        What was found.

    Raises:
        FileNotFoundError: If the folder, the config or a checkpoint is
            missing; the sentence says which.
        ValueError: If there are several configs, or a file is damaged.
    """
    path = Path(path)
    if not path.is_dir():
        near = sorted(p.name for p in path.parent.glob('*') if p.is_dir())
        hint = f' In {path.parent}: {", ".join(near[:8])}.' if near else ''
        raise FileNotFoundError(
            f'Expected the folder of a run, but {path} '
            f'{"is a file" if path.exists() else "does not exist"}.{hint}'
        )
    config_path, checkpoint = find_run(path)
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


def logs_of(path: Path, pattern: str) -> list[Path]:
    """Files of the logs of a run, in order.

    Those of a training that was in the folder before, and was begun anew,
    are left out where the run was recorded.

    Args:
        path: Work directory.
        pattern: Of the names, below the folder of a part.
    """
    parts = read_run_record(path)
    anew = parts and not parts[0]['resumed']
    begin = parts[0]['started'] if anew else ''
    return [
        file
        for file in sorted(path.glob(f'*/{pattern}'))
        if file.relative_to(path).parts[0] >= begin
    ]


def logged(path: Path) -> Iterator[dict]:
    """Every entry of the logs of a run, in order.

    A last line that is cut off, as a killed run leaves it, is left out.

    Args:
        path: Work directory.

    Raises:
        ValueError: If a file is damaged elsewhere.
    """
    for file in logs_of(path, 'vis_data/scalars.json'):
        lines = file.read_text().splitlines()
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
            except ValueError as error:
                if number == len(lines):
                    break
                raise ValueError(
                    f'Expected every line of {file} to be JSON, but line '
                    f'{number} is not. Remove that line.'
                ) from error
            yield entry


def read_curves(path: Path) -> dict[str, tuple[list[int], list[float]]]:
    """Every logged number by epoch; a resumed run continues its first part.

    Args:
        path: Work directory.

    Returns:
        Name to (epochs, values), epochs rising.
    """
    evaluated: dict[str, dict[int, float]] = {}
    losses: dict[int, dict[int, float]] = {}
    for entry in logged(path):
        if 'loss' in entry and 'epoch' in entry:
            # what was trained again after a resumption counts once
            epoch = losses.setdefault(entry['epoch'], {})
            epoch[entry['step']] = entry['loss']
        elif 'epoch' not in entry:
            for name, value in entry.items():
                if '/' in name:
                    evaluated.setdefault(name, {})[entry['step']] = value
    curves = {
        name: tuple(map(list, zip(*sorted(points.items()), strict=True)))
        for name, points in evaluated.items()
    }
    if losses:
        means = {e: sum(v.values()) / len(v) for e, v in losses.items()}
        curves['loss'] = tuple(
            map(list, zip(*sorted(means.items()), strict=True))
        )
    return curves


def minutes_of(path: Path) -> float:
    """Wall-clock minutes from the first to the last line of each log.

    A first stage in the folder (cRT, LWS, ...) counts too.
    """
    total = timedelta()
    if (path / 'stage1').is_dir():
        total += timedelta(minutes=minutes_of(path / 'stage1'))
    for log in logs_of(path, '*.log'):
        stamps = re.findall(
            r'^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)', log.read_text(), re.M
        )
        if stamps:
            first, last = (
                datetime.strptime(s, '%Y/%m/%d %H:%M:%S')
                for s in (stamps[0], stamps[-1])
            )
            total += last - first
    return total.total_seconds() / 60


def device_of(path: Path) -> str:
    """The device that the log of a run names; '' without a log."""
    for log in logs_of(path, '*.log'):
        text = log.read_text()
        gpu = re.search(r'^ +GPU [\d,]+: (.+)$', text, re.M)
        if gpu:
            return gpu[1].strip()
        if 'CUDA available: False' in text:
            return 'CPU'
    return ''
