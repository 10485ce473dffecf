"""What the folder of a finished run says about the run."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mmengine.config import Config

from .prediction_dump import find_run

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

    @property
    def recipe(self) -> str:
        """Folder and name of the recipe, as 'fcc/resnet32_cifar10lt'.

        Of the folder the config names; the name of the config file alone
        where it was given another (``--work-dir``).
        """
        named = Path(self.config.get('work_dir') or '')
        if named.name == self.config_path.stem and named.parent.name:
            return f'{named.parent.name}/{named.name}'
        return self.config_path.stem

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
        ValueError: If there are several configs.
    """
    path = Path(path)
    if not path.is_dir():
        near = sorted(p.name for p in path.parent.glob('*') if p.is_dir())
        hint = f' In {path.parent}: {", ".join(near[:8])}.' if near else ''
        raise FileNotFoundError(
            f'Expected the folder of a run, but {path} does not exist.{hint}'
        )
    config_path, checkpoint = find_run(path)
    config = Config.fromfile(config_path, import_custom_modules=False)
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
    )


def read_curves(path: Path) -> dict[str, tuple[list[int], list[float]]]:
    """Every logged number by epoch; a resumed run continues its first part.

    Args:
        path: Work directory.

    Returns:
        Name to (epochs, values), epochs rising.
    """
    evaluated: dict[str, dict[int, float]] = {}
    losses: dict[int, dict[int, float]] = {}
    for file in sorted(path.glob('*/vis_data/scalars.json')):
        for line in file.read_text().splitlines():
            entry = json.loads(line)
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
    """Wall-clock minutes from the first to the last line of each log."""
    total = timedelta()
    for log in path.glob('*/*.log'):
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
    for log in sorted(path.glob('*/*.log')):
        text = log.read_text()
        gpu = re.search(r'^ +GPU [\d,]+: (.+)$', text, re.M)
        if gpu:
            return gpu[1].strip()
        if 'CUDA available: False' in text:
            return 'CPU'
    return ''
