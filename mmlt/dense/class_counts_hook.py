import math
from collections.abc import Sequence

import numpy as np
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop

from .vmf_layer import VMFLayer

__all__ = ['ClassCountsHook']


class ClassCountsHook(Hook):
    """Hands the counts of the classes to the parts that ask, once counted.

    To every module and metric that has ``set_class_counts(counts)``; from
    the checkpoint where the network is tested alone. What is counted, and
    how, is said by the hooks that are made of it. And as ``LongTailHook``
    does, it tells the progress to every module that has
    ``set_progress(epoch, max_epochs)``, and the vMF classifier (of several,
    as in Cascade R-CNN, the last) to every metric that has
    ``set_head(head)``.

    Args:
        counts: (C,), where they are known; None: counted.
    """

    # after the checkpoint is loaded (RuntimeInfoHook), before all others
    priority = 'HIGH'
    # what is counted, for the log
    counted = ''
    # what to do about a layer that a head has but does not use
    hint = ''

    def __init__(self, counts: Sequence[int] | None = None) -> None:
        self.given = None if counts is None else np.asarray(counts)
        self.counts = self.given
        self._resumed_at = 0

    def count(self, runner) -> np.ndarray:
        """(C,) int64, of the training set of a runner."""
        raise NotImplementedError

    def before_run(self, runner) -> None:
        """Count, and hand out, before a training.

        Other hooks copy the model now (EMAHook), so every buffer must have
        its size.
        """
        if not isinstance(runner._train_loop, BaseLoop):
            return  # a test alone
        if self.given is None:
            self.counts = self.count(runner)
        self._hand_out(runner)

    def before_train(self, runner) -> None:
        """Hand out again: a checkpoint may be of other data."""
        print_log(
            f'{self.counted} per class: {self.counts.tolist()}',
            logger='current',
        )
        self._resumed_at = runner.iter
        self._hand_out(runner)

    def before_train_iter(self, runner, *args, **kwargs) -> None:
        """Tell the progress before every pass over the training set."""
        length = len(runner.train_dataloader)
        if runner.iter % length and runner.iter != self._resumed_at:
            return
        epoch, max_epochs = runner.iter // length, runner.max_iters / length
        for module in runner.model.modules():
            if hasattr(module, 'set_progress'):
                module.set_progress(epoch, math.ceil(max_epochs))

    def after_train_iter(self, runner, *args, **kwargs) -> None:
        """See in the first step that the vMF classifier is trained."""
        if runner.iter > 0:
            return
        for name, module in runner.model.named_modules():
            if isinstance(module, VMFLayer) and not module.was_used:
                raise RuntimeError(
                    f'Expected {name} to be trained, but the head does not '
                    f'use it. {self.hint}'
                )

    def before_val(self, runner) -> None:
        """Hand out the counts to the metrics of a validation."""
        self._hand_out(runner)

    def before_test(self, runner) -> None:
        """Hand out the counts of the checkpoint."""
        self._hand_out(runner)

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Write the counts into the checkpoint's ``meta``."""
        if self.counts is not None:
            checkpoint['meta']['class_counts'] = self.counts.tolist()

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Read the counts of the checkpoint, for testing."""
        counts = checkpoint.get('meta', {}).get('class_counts')
        if counts is not None and self.counts is None:
            self.counts = np.asarray(counts)

    def _hand_out(self, runner) -> None:
        modules = list(runner.model.modules())
        layers = [part for part in modules if isinstance(part, VMFLayer)]
        metrics = []
        for loop in (runner._val_loop, runner._test_loop):
            evaluator = getattr(loop, 'evaluator', None)
            metrics += getattr(evaluator, 'metrics', [])
        for metric in metrics:
            if layers and hasattr(metric, 'set_head'):
                metric.set_head(layers[-1])
        for part in [*modules, *metrics]:
            if self.counts is not None and hasattr(part, 'set_class_counts'):
                part.set_class_counts(self.counts)
