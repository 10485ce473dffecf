from collections.abc import Iterator

from mmengine.dist import all_reduce_params
from mmengine.hooks import Hook
from mmengine.model import BaseAveragedModel
from mmpretrain.registry import HOOKS
from torch import Tensor

from .runner_parts import held_by_hooks

__all__ = ['AveragedBuffersHook']


@HOOKS.register_module()
class AveragedBuffersHook(Hook):
    """One averaged network (``EMAHook``) in all processes.

    Each process averages the statistics of batch normalization of its own
    images. After every epoch those of the averages are replaced by their mean
    over the processes, as ``SyncBuffersHook`` does it with the network that
    is trained: what is evaluated, saved and resumed is one network.

    Raises:
        ValueError: Beside ``PreciseBNHook``, whose statistics are those of
            the network that is trained, and would reach nothing that is
            evaluated.

    Source:
        Ours.
    """

    def before_train(self, runner) -> None:
        """Look for what would do nothing."""
        names = {type(hook).__name__ for hook in runner.hooks}
        if 'PreciseBNHook' in names:
            raise ValueError(
                'Expected PreciseBNHook in a training whose weights are '
                'evaluated, but EMAHook evaluates and saves an average, '
                'which its statistics do not reach. Leave out one of the two.'
            )

    def after_train_epoch(self, runner) -> None:
        """Average over the processes, before the evaluation and saving."""
        for model in held_by_hooks(runner, copies=True):
            if isinstance(model, BaseAveragedModel):
                all_reduce_params(list(statistics_of(model)), op='mean')


def statistics_of(model: BaseAveragedModel) -> Iterator[Tensor]:
    """Buffers that differ between processes: those that are no counts."""
    return (b for b in model.module.buffers() if b.is_floating_point())
