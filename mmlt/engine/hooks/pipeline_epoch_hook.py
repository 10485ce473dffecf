from collections.abc import Iterator

from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop
from mmpretrain.registry import HOOKS

__all__ = ['PipelineEpochHook']


@HOOKS.register_module()
class PipelineEpochHook(Hook):
    """Tells the epoch to the steps of the training pipeline that ask for it.

    Before every epoch it calls ``set_progress(epoch, max_epochs)``, epoch
    counted from 0, of every step that has it (``MinimalistCrop``). The step
    has to share the number with the worker processes, which may go on from
    epoch to epoch.

    Raises:
        ValueError: If no step asks for it, or the loop counts iterations,
            so that workers load images of the next pass ahead.
    """

    # before the images of an epoch are asked for, whenever
    priority = 'HIGH'

    def before_train(self, runner) -> None:
        """Look for the steps."""
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            raise ValueError(
                'Expected a training that counts epochs, for the epoch that '
                'the pipeline asks for, but its loop is '
                f'{type(runner.train_loop).__name__}. Set '
                '`train_cfg=dict(by_epoch=True, max_epochs=...)`.'
            )
        self._steps = list(asking(runner.train_dataloader.dataset))
        if not self._steps:
            raise ValueError(
                'Expected a step of the training pipeline that asks for the '
                'epoch (MinimalistCrop), but there is none. Drop '
                'PipelineEpochHook.'
            )

    def before_train_epoch(self, runner) -> None:
        """Tell them."""
        for step in self._steps:
            step.set_progress(runner.epoch, runner.max_epochs)


def asking(dataset) -> Iterator:
    """Steps with ``set_progress`` of a dataset, through its wrappers."""
    for inner in getattr(dataset, 'datasets', None) or [
        getattr(dataset, 'dataset', None)
    ]:
        if inner is not None:
            yield from asking(inner)
    pipeline = getattr(dataset, 'pipeline', None)
    for step in getattr(pipeline, 'transforms', None) or []:
        if hasattr(step, 'set_progress'):
            yield step
