import random
import re
from pathlib import Path

import numpy as np
import torch
from mmengine.device import get_device
from mmengine.dist import (
    all_gather_object,
    all_reduce,
    barrier,
    get_rank,
    get_world_size,
    is_distributed,
    is_main_process,
)
from mmengine.hooks import CheckpointHook, EMAHook, Hook
from mmengine.optim import OptimWrapperDict
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from mmpretrain.registry import HOOKS

from mmlt import signals
from mmlt.datasets.seeded_batches import SeededBatchSampler
from mmlt.fileio import whole_file
from mmlt.functional.checks import check_integer

from .runner_parts import parts_of, unwrap

__all__ = ['StopOnSignalHook']

KEY = 'inside_epoch'
FILE = re.compile(r'stopped_epoch_\d+_iter_\d+\.pth')


@HOOKS.register_module()
class StopOnSignalHook(Hook):
    """Stops a training that a signal asks to, so that it can go on exactly.

    ``mmlt train`` notes SIGTERM, SIGINT, SIGHUP and SIGUSR1
    (:mod:`mmlt.signals`). After the iteration, or the batch of an evaluation,
    that is running, this hook saves ``stopped_epoch_E_iter_I.pth`` (E whole
    epochs, I iterations in all) and ends the training. Resumed, it goes on
    with the next iteration of the epoch, and draws the images and the random
    numbers that an uninterrupted training would. The file is removed once
    the training has saved the next of its own.

    Convention:
        - with gradient accumulation it stops after a step of the optimizer.
        - several processes agree every ``interval`` iterations, and stop
          together; they finish an evaluation. So does a training with an
          ``EMAHook``, which has other weights in the model meanwhile.
        - parts of the model that draw random numbers in an epoch have
          ``random_state()`` and ``set_random_state(state)``.

    Args:
        interval: Iterations between two agreements of several processes,
            >= 1.

    Raises:
        ValueError: If ``interval`` is not a positive integer, or a training
            goes on inside an epoch that has another length now.
    """

    # after every other: the iteration is done, and maybe saved
    priority = 'LOWEST'

    def __init__(self, interval: int = 10) -> None:
        check_integer('interval', interval, 1, 'It counts iterations.')
        self.interval = interval
        # whether a resumed training lacks the evaluation that came last
        self.evaluation_due = False
        self._asked = 0
        self._inside: dict | None = None  # to be saved
        self._resumed: dict | None = None  # what was loaded, until used
        self._shifted = 0
        self._leftover: Path | None = None

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Keep what a stopped training wrote down."""
        self._resumed = checkpoint.get(KEY) if runner._resume else None

    def before_train(self, runner) -> None:
        """From here on the training can save itself."""
        self._asked = 0
        if signals.is_listening():
            for loop in (runner.train_loop, runner.val_loop):
                loader = getattr(loop, 'dataloader', None)
                if getattr(loader, 'num_workers', 0):
                    loader.worker_init_fn = signals.WorkerStart(
                        loader.worker_init_fn
                    )
        signals.defer()
        due, self.evaluation_due = self.evaluation_due, False
        if self._resumed is not None:
            check_same_epoch(self._resumed, runner)
            due = due or self._resumed['evaluation_due']
        start = Path(runner._load_from or '')
        if FILE.fullmatch(start.name) and (
            start.resolve().parent == Path(runner.work_dir).resolve()
        ):
            self._leftover = start
            self._saved_before = last_saved(runner)
        if due and runner.val_loop is not None:
            runner.logger.info('The last evaluation is made up for.')
            runner.val_loop.run()
            by_epoch = isinstance(runner.train_loop, EpochBasedTrainLoop)
            if by_epoch and self._resumed and not self._resumed['batches']:
                self._go_on(runner)  # an epoch begins
            self._replace_at_the_end(runner)

    def before_train_epoch(self, runner) -> None:
        """Leave out what the epoch has had."""
        done = self._resumed['batches'] if self._resumed else 0
        if not done:
            return
        loop, batches = runner.train_loop, runner.train_dataloader
        batches = getattr(batches, 'batch_sampler', None)
        run_iter = loop.run_iter
        if isinstance(batches, SeededBatchSampler):
            batches.leave_out(done)

            def shifted(idx, data_batch):
                run_iter(idx + done, data_batch)
        else:  # loads them; there is no other way

            def shifted(idx, data_batch):
                if idx >= done:
                    run_iter(idx, data_batch)

        # the loop counts the batches of its loader from 0
        loop.run_iter = shifted
        self._shifted = done

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        """Go on with the random numbers of the epoch."""
        if self._resumed is not None:
            self._go_on(runner)

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Stop, if it was asked for, and the epoch is not over with this."""
        if self._leftover is not None:
            self._remove_leftover(runner)
        iteration, loop = runner.iter + 1, runner.train_loop
        if not self._asked:
            self._asked = self._agreed(iteration)
        if not self._asked or not gradients_are_used(runner.optim_wrapper):
            return
        if isinstance(loop, IterBasedTrainLoop):
            if iteration < runner.max_iters:
                self._stop(runner, runner.epoch, iteration, 0)
        elif batch_idx + 1 < len(runner.train_dataloader):
            self._stop(runner, runner.epoch, iteration, batch_idx + 1)

    def after_train_epoch(self, runner) -> None:
        """Count the batches of the next epoch from 0."""
        if self._shifted:
            del runner.train_loop.run_iter
            self._shifted = 0
        if self._leftover is not None:
            self._remove_leftover(runner)

    def after_val_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Stop in an evaluation, which is then made up for."""
        averaged = any(isinstance(hook, EMAHook) for hook in runner.hooks)
        if signals.asked() and not (averaged or is_distributed()):
            self._asked = signals.asked()
            self._stop(runner, runner.epoch, runner.iter, 0, True)

    def after_train(self, runner) -> None:
        """What follows is not saved, and ends at once."""
        signals.no_longer_defer()

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Write down how far the epoch is.

        A training that counts iterations saves itself inside epochs all the
        time. Of several processes only one is here, so that their random
        numbers are known where they stop together alone.
        """
        inside = self._inside
        counts = isinstance(runner._train_loop, IterBasedTrainLoop)
        if inside is None and counts and not is_distributed():
            iteration = checkpoint['meta']['iter']
            inside = self._described(runner, iteration, 0)
        if inside is not None:
            checkpoint[KEY] = inside
            checkpoint['meta']['evaluation_due'] = inside['evaluation_due']

    def _go_on(self, runner) -> None:
        """Put the random numbers back; once."""
        states, self._resumed = self._resumed['processes'], None
        if get_rank() < len(states):
            set_states(runner, states[get_rank()])

    def _agreed(self, iteration: int) -> int:
        """The signal that all processes stop for, or 0."""
        if not is_distributed():
            return signals.asked()
        if iteration % self.interval:
            return 0
        number = torch.tensor(signals.asked(), device=get_device())
        all_reduce(number, op='max')
        return int(number)

    def _stop(
        self,
        runner,
        epoch: int,
        iteration: int,
        batches: int,
        evaluation_due: bool = False,
    ) -> None:
        """Save, and end the training.

        Raises:
            TrainingStopped: Always.
        """
        loop = runner.train_loop
        if not isinstance(loop, EpochBasedTrainLoop | IterBasedTrainLoop):
            raise signals.TrainingStopped(self._asked)
        runner.call_hook('before_stop')
        self._inside = self._described(
            runner, iteration, batches, evaluation_due
        )
        name = f'stopped_epoch_{epoch}_iter_{iteration}.pth'
        path = Path(runner.work_dir, name)
        runner.save_checkpoint(
            runner.work_dir,
            name,
            meta=dict(epoch=epoch, iter=iteration),
            by_epoch=False,
            backend_args={'backend': 'whole'},
        )
        if is_main_process():
            with whole_file(Path(runner.work_dir, 'last_checkpoint')) as draft:
                draft.write_text(str(path))
            if self._leftover not in (None, path):
                self._leftover.unlink(missing_ok=True)
        barrier()
        where = f'after {epoch} epoch{"s" * (epoch != 1)} and '
        where += f'{iteration} iteration{"s" * (iteration != 1)}'
        raise signals.TrainingStopped(self._asked, str(path), where)

    def _described(
        self,
        runner,
        iteration: int,
        batches: int,
        evaluation_due: bool = False,
    ) -> dict:
        """What a checkpoint inside an epoch holds beside the weights."""
        loader = runner.train_dataloader
        fresh = iteration % len(loader) == 0 and not batches
        return {
            'batches': batches,
            'length': len(loader),
            'batch_size': getattr(loader, 'batch_size', None),
            'evaluation_due': evaluation_due,
            'processes': all_gather_object(states_of(runner, fresh)),
        }

    def _replace_at_the_end(self, runner) -> None:
        """Save under the usual name what was stopped in its last evaluation.

        Elsewhere the next epoch does.
        """
        if self._leftover is None:
            return
        by_epoch = isinstance(runner.train_loop, EpochBasedTrainLoop)
        step = runner.epoch if by_epoch else runner.iter
        if step < (runner.max_epochs if by_epoch else runner.max_iters):
            return
        for hook in runner.hooks:
            if isinstance(hook, CheckpointHook) and hook.by_epoch == by_epoch:
                meta = dict(epoch=runner.epoch, iter=runner.iter)
                hook._save_checkpoint_with_step(runner, step, meta)
                self._saved_before = None
                self._remove_leftover(runner)

    def _remove_leftover(self, runner) -> None:
        """Remove the file that the training went on from, if it is old."""
        if last_saved(runner) != self._saved_before:
            if is_main_process():
                self._leftover.unlink(missing_ok=True)
            self._leftover = None


def last_saved(runner) -> str | None:
    """The checkpoint that a training saved last by itself."""
    return runner.message_hub.runtime_info.get('last_ckpt')


def gradients_are_used(wrapper) -> bool:
    """Whether no gradients wait for the next step of the optimizer."""
    if isinstance(wrapper, OptimWrapperDict):
        return all(map(gradients_are_used, wrapper.values()))
    return not hasattr(wrapper, 'should_update') or wrapper.should_update()


def check_same_epoch(inside: dict, runner) -> None:
    """Check that a training goes on in the epoch that it stopped in.

    Args:
        inside: What the checkpoint holds.
        runner: With its training loop.

    Raises:
        ValueError: If the epoch has other batches now.
    """
    if not inside['batches']:
        return
    loader = runner.train_dataloader
    then = (inside['length'], inside['batch_size'], len(inside['processes']))
    now = (
        len(loader),
        getattr(loader, 'batch_size', None),
        get_world_size(),
    )
    if then != now:
        batches, images, processes = then
        raise ValueError(
            f'Expected the training to go on inside an epoch of {batches} '
            f'batches of {images} images in {processes} processes, as it was '
            f'stopped, but got {now[0]} of {now[1]} in {now[2]}. Take the '
            'same, or name the checkpoint of a whole epoch after --resume.'
        )


def states_of(runner, fresh: bool) -> dict:
    """Random numbers and statistics of this process, inside an epoch.

    Args:
        runner: In training.
        fresh: Whether the next iteration begins an epoch, for which the
            parts of the model are seeded anew.
    """
    name, keys, *position = np.random.get_state()
    parts = parts_of(runner, 'random_state')
    return {
        'python': random.getstate(),
        'numpy': (name, keys.tolist(), *position),
        'torch': torch.get_rng_state(),
        'cuda': torch.cuda.get_rng_state()
        if torch.cuda.is_available()
        else None,
        'parts': None if fresh else [part.random_state() for part in parts],
        # each process has its own batch statistics until the epoch is over
        'buffers': {
            key: value.detach().cpu()
            for key, value in unwrap(runner.model).named_buffers()
        }
        if is_distributed()
        else {},
    }


def set_states(runner, states: dict) -> None:
    """Go on from what :func:`states_of` was."""
    random.setstate(states['python'])
    name, keys, *position = states['numpy']
    keys = np.asarray(keys, dtype=np.uint32)
    np.random.set_state((name, keys, *position))
    torch.set_rng_state(states['torch'].cpu())
    if states['cuda'] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(states['cuda'].cpu())
    if states['parts'] is not None:
        parts = list(parts_of(runner, 'set_random_state'))
        for part, state in zip(parts, states['parts'], strict=True):
            part.set_random_state(state)
    buffers = dict(unwrap(runner.model).named_buffers())
    for key, value in states['buffers'].items():
        buffers[key].copy_(value)
