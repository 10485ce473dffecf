from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmseg.registry import HOOKS

from .pixel_counts import kept_pixel_counts
from .vmf_conv import VMFConv

__all__ = ['PixelCountsHook']


@HOOKS.register_module()
class PixelCountsHook(Hook):
    """Hands the labeled pixels of every class to the parts that ask.

    To every module and metric that has ``set_class_counts(counts)``; from
    the checkpoint where the network is tested alone.

    Args:
        counts: (C,) pixels, where they are known; None: the masks of the
            training set are counted, and the numbers kept in
            ``<work_dir>/pixel_counts.json``.

    Raises:
        ValueError: If a mask has a label that is no class, or a class of a
            vMF classifier has no pixel.
        RuntimeError: If the network has a :class:`VMFConv` that it does not
            use.
    """

    # after the checkpoint is loaded (RuntimeInfoHook), before all others
    priority = 'HIGH'

    def __init__(self, counts: Sequence[int] | None = None) -> None:
        self.given = None if counts is None else np.asarray(counts)
        self.counts = self.given

    def before_train(self, runner) -> None:
        """Count, and hand out; a checkpoint may be of other data."""
        if self.given is None:
            file = Path(runner.work_dir, 'pixel_counts.json')
            dataset = runner.train_dataloader.dataset
            self.counts = kept_pixel_counts(dataset, file)
        print_log(
            f'Labeled training pixels per class: {self.counts.tolist()}',
            logger='current',
        )
        self._hand_out(runner)

    def after_train_iter(self, runner, *args, **kwargs) -> None:
        """See in the first step that the vMF classifier is trained."""
        if runner.iter > 0:
            return
        for name, module in runner.model.named_modules():
            if isinstance(module, VMFConv) and not module.was_used:
                raise RuntimeError(
                    f'Expected {name} to be trained, but the head does not '
                    'use it: it does not end in `cls_seg`. Take another '
                    '`head_type`.'
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
        if self.counts is None:
            return
        receivers = list(runner.model.modules())
        for loop in (runner._val_loop, runner._test_loop):
            evaluator = getattr(loop, 'evaluator', None)
            receivers += getattr(evaluator, 'metrics', [])
        for part in receivers:
            if hasattr(part, 'set_class_counts'):
                part.set_class_counts(self.counts)
