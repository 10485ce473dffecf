import logging

import numpy as np
from mmengine.logging import print_log
from mmpretrain.registry import DATASETS

from mmlt.functional import held_out_rows
from mmlt.functional.checks import check_choice

from .dataset_rows import DatasetRows

__all__ = ['HeldOutSplit']


@DATASETS.register_module()
class HeldOutSplit(DatasetRows):
    """One part of a training set of which a share of each class is held out.

    For settings that are chosen after training
    (``tools/calibrate_overlap.py``), neither on the test set nor on images
    that were trained on: train with ``part='train'``, choose on
    ``part='held_out'``.

    Args:
        dataset: The training set, or its config. Its pipeline is used.
        part: 'train' or 'held_out'. With the same ``fraction`` and ``seed``
            they share no image, and together they hold all.
        fraction: Share of each class that is held out, in (0, 1); at least
            one image, and a class with one image keeps it: the log says of
            which classes nothing is held out.
        seed: Seed of the selection.
        lazy_init: Whether to load the data later, at ``full_init``.

    Raises:
        ValueError: If ``part`` or ``fraction`` is something else.

    Source:
        Ours: stratified sampling by :func:`~mmlt.functional.held_out_rows`.
    """

    def __init__(
        self,
        dataset,
        part: str = 'train',
        fraction: float = 0.2,
        seed: int = 0,
        lazy_init: bool = False,
    ) -> None:
        check_choice('part', part, ('train', 'held_out'))
        held_out_rows(np.zeros(2), fraction)  # refuses a wrong fraction
        self.part = part
        self.fraction = fraction
        self.seed = seed
        super().__init__(dataset, lazy_init)

    def select_rows(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Rows of the part."""
        rows = held_out_rows(labels, self.fraction, self.seed)
        if self.part == 'held_out':
            say_missing(labels, rows, num_classes)
            return rows
        return np.setdiff1d(np.arange(len(labels)), rows)


def say_missing(
    labels: np.ndarray, held_out: np.ndarray, num_classes: int
) -> None:
    """Say of which classes nothing is held out: no fit can know of them."""
    missing = np.setdiff1d(np.arange(num_classes), labels[held_out])
    if len(missing):
        some = ', '.join(str(c) for c in missing[:5])
        print_log(
            f'HeldOutSplit: {len(missing)} of {num_classes} classes have no '
            f'image that is held out (class {some}'
            f'{", ..." if len(missing) > 5 else ""}): a class with a single '
            'training image keeps it. What is fitted or chosen on this part '
            'does not know of them.',
            logger='current',
            level=logging.WARNING,
        )
