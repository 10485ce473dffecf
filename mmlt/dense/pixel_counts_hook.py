from pathlib import Path

import numpy as np
from mmseg.registry import HOOKS

from .class_counts_hook import ClassCountsHook
from .pixel_counts import kept_pixel_counts

__all__ = ['PixelCountsHook']


@HOOKS.register_module()
class PixelCountsHook(ClassCountsHook):
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

    counted = 'Labeled training pixels'
    hint = 'It does not end in `cls_seg`: take another `head_type`.'

    def count(self, runner) -> np.ndarray:
        """Labeled pixels of the training masks, (C,) int64."""
        file = Path(runner.work_dir, 'pixel_counts.json')
        return kept_pixel_counts(runner.train_dataloader.dataset, file)
