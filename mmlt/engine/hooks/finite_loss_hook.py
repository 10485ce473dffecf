import itertools
import logging
import math
from pathlib import Path

import torch
from mmengine.dist import get_rank, is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmpretrain.registry import HOOKS
from torch import Tensor

from mmlt.checkpoints import save_checkpoint
from mmlt.datasets.seeded_batches import SeededBatchSampler, restore, states
from mmlt.functional.checks import check_integer
from mmlt.structures import labels_of

from .runner_parts import unwrap

__all__ = ['FiniteLossHook']

ADVICE = (
    'Train with a lower learning rate (optim_wrapper.optimizer.lr, with '
    '--restart), or clip the gradients (optim_wrapper.clip_grad.max_norm=5).'
)


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stops a training whose loss is not finite, and keeps the batch.

    The message names epoch, iteration, the part of the loss and the learning
    rate; ``not_finite_epoch_E_iter_I.pt`` in the work directory holds the
    images. A checkpoint with weights that are not finite is not saved. Where
    there is no checkpoint yet, ``begin.pth`` holds the weights that the
    training began with.

    On a GPU the losses of ``interval`` iterations are read together, as
    ``DeferredRuntimeInfoHook`` reads them, because every reading waits for
    the device; their batches are kept so long. On a CPU, where nothing
    waits, each is read at once. Only the loss counts: gradients that
    overflow in mixed precision are the business of its loss scaling.

    Args:
        interval: Iterations between two readings on a GPU, >= 1.
        stop: Whether to stop; otherwise it is said once, and nothing more.

    Raises:
        ValueError: If ``interval`` is not a positive integer.
        FloatingPointError: In training, if a loss is not finite.
    """

    # before the checkpoint and the log are written
    priority = 'ABOVE_NORMAL'

    def __init__(self, interval: int = 10, stop: bool = True) -> None:
        check_integer('interval', interval, 1, 'It counts iterations.')
        self.interval = interval
        self.stop = stop
        self._said = False
        self._pending: list[tuple] = []
        self._begin: dict[str, Tensor] | None = None

    def before_train(self, runner) -> None:
        """Keep the weights until there is a checkpoint."""
        self._begin = None
        # not where the state is shared out among the processes (FSDP)
        if runner.iter == 0 and type(runner) is Runner and is_main_process():
            self._begin = {
                name: value.detach().to('cpu', copy=True)
                for name, value in unwrap(runner.model).state_dict().items()
            }

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Keep the parts of the loss, and read them when it is time."""
        if self._said or not outputs:
            return
        losses = {
            name: value.detach()
            for name, value in outputs.items()
            if 'loss' in name and isinstance(value, Tensor)
        }
        if not losses:
            return
        on_cpu = next(iter(losses.values())).device.type == 'cpu'
        if on_cpu and all(
            math.isfinite(value.sum()) for value in losses.values()
        ):
            return
        self._pending.append((batch_idx, runner.iter, losses, data_batch))
        if on_cpu or len(self._pending) >= self.interval:
            self._read(runner)

    def after_train_epoch(self, runner) -> None:
        """Read what is left before a checkpoint is saved."""
        self._read(runner)

    def before_val(self, runner) -> None:
        """Read what is left before an evaluation."""
        self._read(runner)

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """See that a checkpoint is worth being kept."""
        self._read(runner)
        wrong = not_finite_weights(unwrap(runner.model), checkpoint)
        if wrong and self.stop:
            raise FloatingPointError(
                f'Expected finite weights in the checkpoint of iteration '
                f'{checkpoint["meta"]["iter"]}, but {wrong[0]} '
                f'{f"and {len(wrong) - 1} others " if wrong[1:] else ""}have '
                f'inf or nan (lr {learning_rate(runner):.4g}). It is not '
                f'saved. {self._kept(runner)}{ADVICE}'
            )
        self._begin = None

    def _read(self, runner) -> None:
        """Look at the losses that are kept.

        Raises:
            FloatingPointError: If one is not finite.
        """
        pending, self._pending = self._pending, []
        if not pending or self._said:
            return
        values = torch.stack(
            [
                (value.mean() if value.dim() else value).float()
                for _, _, losses, _ in pending
                for value in losses.values()
            ]
        )
        if bool(torch.isfinite(values).all()):  # the one transfer
            return
        finite = iter(torch.isfinite(values).tolist())
        numbers = iter(values.tolist())
        for batch_idx, iteration, losses, batch in pending:
            found = dict(zip(losses, numbers, strict=False))
            fine = dict(zip(losses, finite, strict=False))
            if not all(fine.values()):
                self._report(runner, batch_idx, iteration, found, fine, batch)
                return

    def _kept(self, runner) -> str:
        """Which good weights there are, in a sentence."""
        if self._begin is None:
            note = Path(runner.work_dir, 'last_checkpoint')
            if not note.is_file():
                return ''
            return f'The last good checkpoint is {note.read_text()}. '
        path = Path(runner.work_dir, 'begin.pth')
        try:
            save_checkpoint({'state_dict': self._begin, 'meta': {}}, path)
        except OSError:
            return ''
        return (
            'There is no checkpoint yet; the weights that it began with are '
            f'in {path}. '
        )

    def _report(
        self, runner, batch_idx, iteration, losses, fine, batch
    ) -> None:
        """Save the batch and stop, or say so.

        Raises:
            FloatingPointError: If it is to stop.
        """
        epoch = runner.epoch + 1
        # the parts rather than their sum
        names = [n for n in losses if not fine[n] and n != 'loss'] or ['loss']
        said = ', '.join(f'{name} is {losses[name]}' for name in names)
        rank = f'_rank_{get_rank()}' if get_rank() else ''
        path = Path(
            runner.work_dir,
            f'not_finite_epoch_{epoch}_iter_{iteration + 1}{rank}.pt',
        )
        saved = f'The images of the batch are in {path}.'
        try:
            save_checkpoint(
                {
                    'epoch': epoch,
                    'iteration': iteration + 1,
                    'losses': losses,
                    **content_of(runner, batch_idx, batch),
                },
                path,
            )
        except OSError as error:
            saved = f'The images of the batch could not be saved ({error}).'
        text = (
            f'Expected a finite loss, but {said} in epoch {epoch}, iteration '
            f'{iteration + 1} (lr {learning_rate(runner):.4g}). {saved} '
        )
        if self.stop:
            raise FloatingPointError(f'{text}{self._kept(runner)}{ADVICE}')
        self._said = True
        print_log(
            f'{text}The training goes on (stop=False); this is not said '
            'again.',
            logger='current',
            level=logging.WARNING,
        )


def learning_rate(runner) -> float:
    """The learning rate of the iteration; of several, the largest."""
    rates = runner.optim_wrapper.get_lr().values()
    return max(rate for group in rates for rate in group)


def not_finite_weights(model: torch.nn.Module, checkpoint: dict) -> list[str]:
    """Names of parameters and batch statistics that are not finite.

    Other buffers may have infinite values on purpose.

    Args:
        model: Without a wrapper.
        checkpoint: What is going to be saved of it.
    """
    names = {name for name, _ in model.named_parameters()}
    return [
        name
        for name, value in checkpoint['state_dict'].items()
        if (name in names or '.running_' in name)
        and value.is_floating_point()
        and not torch.isfinite(value).all()
    ]


def content_of(runner, batch_idx: int, batch) -> dict:
    """Images, labels, places in the data set and paths of a batch.

    Args:
        runner: In training.
        batch_idx: Of the batch in the epoch.
        batch: As the data loader gave it.

    Returns:
        'inputs', as they were loaded, 'labels', 'indices' and 'paths'; None
        for what is not known.
    """
    inputs = labels = paths = None
    if isinstance(batch, dict):
        inputs, samples = batch.get('inputs'), batch.get('data_samples')
        if samples and 'gt_label' in samples[0]:
            labels = labels_of(samples)
        paths = [sample.get('img_path') for sample in samples or []]
    indices = indices_of(runner, batch_idx)
    dataset = runner.train_dataloader.dataset
    if indices is not None and hasattr(dataset, 'get_data_info'):
        paths = [
            dataset.get_data_info(index).get('img_path') for index in indices
        ]
    known = paths and any(path is not None for path in paths)
    return {
        'inputs': inputs,
        'labels': labels,
        'indices': indices,
        'paths': [str(path) for path in paths] if known else None,
    }


def indices_of(runner, batch_idx: int) -> list[int] | None:
    """Which images of the data set are in a batch of the epoch, if known."""
    batches = getattr(runner.train_dataloader, 'batch_sampler', None)
    if not (
        isinstance(runner.train_loop, EpochBasedTrainLoop)
        and isinstance(batches, SeededBatchSampler)
        and hasattr(batches.sampler, 'set_epoch')
    ):
        return None
    kept = states()
    try:
        found = next(itertools.islice(batches.batches, batch_idx, None), None)
    finally:
        restore(*kept)
    return None if found is None else list(map(int, found))
