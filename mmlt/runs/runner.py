"""Runners of one process, each with a name of its own."""

import copy
import itertools
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import master_only
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

# the names that runs of this process have had
_TAKEN: set[str] = set()


class _OfTest:
    """A runner that leaves the config in its folder as it is.

    mmengine writes the config of every runner into the work directory. That
    of a test may have another test set, overlays and settings than that of
    the training whose folder it is, which is read as what was trained.
    """

    @master_only
    def dump_config(self) -> None:
        """Write the config beside the log."""
        name = Path(self.cfg.filename or 'config.py').name
        self.cfg.dump(str(Path(self.log_dir, name)))


def build_runner(cfg: Config, of_run: bool = True) -> Runner:
    """Build the runner of a config.

    mmengine finds the log, the message hub and the visualizer of a run by its
    name, which is that of the config and the second in which the run began.
    Two runs of one config within a second of each other would share them: the
    numbers of the second would be written into the folder of the first. So
    the second is named ``name_2``, and so on.

    Args:
        cfg: Of a training or a test; it is not changed.
        of_run: Whether the config is that of the run whose folder it names,
            and is written into it; that of a test is written beside its log.

    Returns:
        A runner of the type in ``runner_type``, by default mmengine's.
    """
    cfg = copy.deepcopy(cfg)
    cfg.experiment_name = _free_name(
        cfg.get('experiment_name') or Path(cfg.filename or 'run').stem
    )
    _TAKEN.add(cfg.experiment_name)
    kind = RUNNERS.get(cfg.runner_type) if 'runner_type' in cfg else Runner
    if of_run or kind is None:
        build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
        return build(cfg)
    return type(kind.__name__, (_OfTest, kind), {}).from_cfg(cfg)


def _free_name(name: str) -> str:
    """The name itself, or with the first number that makes it a new one."""
    if name not in _TAKEN:
        return name
    numbered = (f'{name}_{i}' for i in itertools.count(2))
    return next(n for n in numbered if n not in _TAKEN)
