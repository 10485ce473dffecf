import torch
from mmengine.hooks import LoggerHook, RuntimeInfoHook
from mmpretrain.registry import HOOKS

from mmlt.functional.checks import check_integer

__all__ = ['DeferredRuntimeInfoHook']


@HOOKS.register_module()
class DeferredRuntimeInfoHook(RuntimeInfoHook):
    """Logs the losses without waiting for the GPU at every step.

    mmengine's ``RuntimeInfoHook`` reads the value of every loss in every
    iteration, for which the GPU must have finished the step. This one keeps
    the tensors and reads them together every ``interval`` iterations, whenever
    a ``LoggerHook`` is about to write, at the end of an epoch and before an
    evaluation, so the log holds the same numbers.

    Use it instead of ``RuntimeInfoHook``:
    ``default_hooks=dict(runtime_info=dict(type='DeferredRuntimeInfoHook'))``.

    Args:
        interval: Iterations between two readings, >= 1.

    Raises:
        ValueError: If ``interval`` is not a positive integer.
    """

    def __init__(self, interval: int = 10) -> None:
        check_integer('interval', interval, 1, 'It counts iterations.')
        self.interval = interval
        self._intervals = {interval}
        self._pending: list[dict[str, torch.Tensor]] = []

    def before_train(self, runner) -> None:
        """Find out when a logger writes."""
        super().before_train(runner)
        self._intervals = {self.interval} | {
            hook.interval
            for hook in runner.hooks
            if isinstance(hook, LoggerHook)
        }

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Keep the losses of an iteration, and read them when it is time."""
        if outputs is not None:
            # without the graphs they come from
            self._pending.append(
                {
                    name: v.detach() if isinstance(v, torch.Tensor) else v
                    for name, v in outputs.items()
                }
            )
        due = self.end_of_epoch(runner.train_dataloader, batch_idx)
        for interval in self._intervals:
            due |= self.every_n_inner_iters(batch_idx, interval)
            due |= self.every_n_train_iters(runner, interval)
        if due:
            self._read(runner)

    def before_val(self, runner) -> None:
        """Read what is left before an evaluation."""
        self._read(runner)
        super().before_val(runner)

    def before_stop(self, runner) -> None:
        """Read what is left where ``StopOnSignalHook`` ends a training."""
        self._read(runner)

    def after_train(self, runner) -> None:
        """Read what is left at the end."""
        self._read(runner)
        super().after_train(runner)

    def _read(self, runner) -> None:
        """Hand the kept values to the message hub, in their order."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        tensors = [
            value
            for outputs in pending
            for value in outputs.values()
            if isinstance(value, torch.Tensor)
        ]
        # one transfer for all
        values = iter(torch.stack(tensors).tolist() if tensors else ())
        for outputs in pending:
            for name, value in outputs.items():
                if isinstance(value, torch.Tensor):
                    value = next(values)
                runner.message_hub.update_scalar(f'train/{name}', value)
