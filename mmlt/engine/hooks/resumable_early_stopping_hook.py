import json
from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import EarlyStoppingHook
from mmpretrain.registry import HOOKS

from mmlt.fileio import write_json

__all__ = ['ResumableEarlyStoppingHook']


@HOOKS.register_module()
class ResumableEarlyStoppingHook(EarlyStoppingHook):
    """mmengine's ``EarlyStoppingHook``, also in a training that is resumed.

    That one counts anew after ``--resume``, and trains on where it had
    stopped. Here each score is kept in ``early_stopping.json`` in the work
    directory, and a resumed training begins with those of the epochs that it
    has behind it. A checkpoint cannot hold them: that of an epoch is written
    before the epoch is evaluated.

    Args:
        **settings: As of mmengine's hook: ``monitor``, ``rule``,
            ``min_delta``, ``patience``, ``stopping_threshold``, ...
    """

    FILE = 'early_stopping.json'

    def __init__(self, **settings) -> None:
        super().__init__(**settings)
        self.scores: list[tuple[int, float]] = []

    def before_train(self, runner) -> None:
        """Take the scores of the epochs before a resumed one."""
        path = Path(runner.work_dir) / self.FILE
        if not runner._resume or not path.exists():
            return
        for epoch, score in json.loads(path.read_text('utf-8')):
            if epoch <= runner.epoch and not runner.train_loop.stop_training:
                self._take(runner, epoch, score)
        if runner.train_loop.stop_training:
            runner.logger.warning(
                f'Stopped early after epoch {self.scores[-1][0]}; a larger '
                '`patience` goes on.'
            )

    def after_val_epoch(self, runner, metrics=None) -> None:
        """Stop, or go on; and keep the score."""
        if self.monitor not in metrics:
            super().after_val_epoch(runner, metrics)  # says so
            return
        self._take(runner, runner.epoch, float(metrics[self.monitor]))
        if is_main_process():
            write_json(Path(runner.work_dir) / self.FILE, self.scores)

    def _take(self, runner, epoch: int, score: float) -> None:
        self.scores.append((epoch, score))
        super().after_val_epoch(runner, {self.monitor: score})
