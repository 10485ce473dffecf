"""Runners of one process, each with a name of its own."""

import copy
import itertools
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

# the names that runs of this process have had
_TAKEN: set[str] = set()


def build_runner(cfg: Config) -> Runner:
    """Build the runner of a config.

    mmengine finds the log, the message hub and the visualizer of a run by its
    name, which is that of the config and the second in which the run began.
    Two runs of one config within a second of each other would share them: the
    numbers of the second would be written into the folder of the first. So
    the second is named ``name_2``, and so on.

    Args:
        cfg: Of a training or a test; it is not changed.

    Returns:
        A runner of the type in ``runner_type``, by default mmengine's.
    """
    cfg = copy.deepcopy(cfg)
    cfg.experiment_name = _free_name(
        cfg.get('experiment_name') or Path(cfg.filename or 'run').stem
    )
    _TAKEN.add(cfg.experiment_name)
    build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
    return build(cfg)


def _free_name(name: str) -> str:
    """The name itself, or with the first number that makes it a new one."""
    if name not in _TAKEN:
        return name
    numbered = (f'{name}_{i}' for i in itertools.count(2))
    return next(n for n in numbered if n not in _TAKEN)
