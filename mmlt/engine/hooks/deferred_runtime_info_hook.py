import torch
from mmengine.hooks import LoggerHook, RuntimeInfoHook
from mmengine.logging import HistoryBuffer
from mmpretrain.registry import HOOKS

from mmlt.functional.checks import check_integer

__all__ = ['DeferredRuntimeInfoHook']

# values of a number that a training keeps, at least
KEPT = 1000


@HOOKS.register_module()
class DeferredRuntimeInfoHook(RuntimeInfoHook):
    """Logs the losses without waiting for the GPU at every step.

    mmengine's ``RuntimeInfoHook`` reads the value of every loss in every
    iteration, for which the GPU must have finished the step. This one keeps
    the tensors and reads them together every ``interval`` iterations, whenever
    a ``LoggerHook`` is about to write, at the end of an epoch and before an
    evaluation, so the log holds the same numbers.

    Of every logged number mmengine keeps a million values, in memory and in
    each checkpoint. Here it keeps as many as the log asks for (the longest
    window of the ``log_processor``), at least an epoch and 1,000 of them;
    all, where a window is ``'global'``.

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
        self._kept: int | None = None

    def before_train(self, runner) -> None:
        """Find out when a logger writes, and how much it reads."""
        super().before_train(runner)
        self._kept = values_to_keep(runner)
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
        if self._kept is not None:
            shorten(runner.message_hub.log_scalars, self._kept)


def values_to_keep(runner) -> int | None:
    """How many values of a number the log can ask for; None: all."""
    logs = runner.log_processor
    windows = {item.get('window_size', 0) for item in logs.custom_cfg}
    if 'global' in windows:
        return None
    numbers = [window for window in windows if isinstance(window, int)]
    numbers += [len(runner.train_dataloader), logs.window_size]
    if runner.val_loop is not None:
        numbers.append(len(runner.val_loop.dataloader))
    return max(KEPT, *numbers)


def shorten(histories: dict[str, HistoryBuffer], length: int) -> None:
    """Let histories forget all but their last values, now and later."""
    for name, history in histories.items():
        if history.max_length != length:
            values, counts = history.data
            histories[name] = HistoryBuffer(
                values[-length:], counts[-length:], max_length=length
            )
