from collections.abc import Sequence

import numpy as np
from mmpretrain.registry import DATASETS

from mmlt.functional import (
    class_counts,
    largest_max_count,
    long_tailed_counts,
    long_tailed_indices,
)
from mmlt.functional.checks import check_choice
from mmlt.functional.long_tail import check_imbalance_ratio

from .dataset_rows import DatasetRows

__all__ = ['LongTailedSubset']


@DATASETS.register_module()
class LongTailedSubset(DatasetRows):
    """A long-tailed part of any single-label dataset.

    Args:
        dataset: The dataset, or its config. Its pipeline is used.
        imbalance_ratio: n_max / n_min >= 1.
        profile: 'exponential', 'step' or 'pareto'.
        max_count: Images of the largest class; None takes the largest number
            that every class can fill.
        seed: Seed of the selection.
        order: Which class is the largest: 'index', class 0; 'frequency', the
            class with the most images, and so on down, ties by index.
        ranked_by: (C,) numbers that the order 'frequency' follows instead of
            the images of ``dataset``: for a test set, the training images.
        lazy_init: Whether to load the data later, at ``full_init``.

    Raises:
        ValueError: If a setting is out of range, or a class has no image or
            fewer than the profile wants.

    Source:
        Ours, with the profiles and the selection of Cui et al., CVPR 2019,
        https://arxiv.org/abs/1901.05555 and Cao et al. (LDAM), NeurIPS 2019,
        https://arxiv.org/abs/1906.07413
    """

    def __init__(
        self,
        dataset,
        imbalance_ratio: float = 100,
        profile: str = 'exponential',
        max_count: int | None = None,
        seed: int = 0,
        order: str = 'index',
        ranked_by: Sequence[int] | None = None,
        lazy_init: bool = False,
    ) -> None:
        check_imbalance_ratio(imbalance_ratio)
        check_choice('order', order, ('index', 'frequency'))
        self.imbalance_ratio = imbalance_ratio
        self.profile = profile
        self.max_count = max_count
        self.seed = seed
        if ranked_by is not None and order != 'frequency':
            raise ValueError(
                "Expected order='frequency' with `ranked_by`, but got "
                f'{order!r}. Leave one of them out.'
            )
        self.order = order
        self.ranked_by = ranked_by
        super().__init__(dataset, lazy_init)

    def select_rows(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Rows of the wrapped dataset that are kept."""
        full = class_counts(labels, num_classes)
        if not full.all():
            raise ValueError(
                'Expected every class to have an image, but class '
                f'{int(np.flatnonzero(full == 0)[0])} has none. Drop the '
                'class, or add images.'
            )
        rank = np.arange(num_classes)
        if self.order == 'frequency':
            size = full if self.ranked_by is None else self.ranked_by
            size = np.asarray(size)
            if size.shape != (num_classes,):
                raise ValueError(
                    f'Expected `ranked_by` of {num_classes} classes, but got '
                    f'the shape {size.shape}. It has one entry per class.'
                )
            rank[np.argsort(-size, kind='stable')] = np.arange(num_classes)
        return self._select(labels, full, rank)

    def _select(
        self, labels: np.ndarray, full: np.ndarray, rank: np.ndarray
    ) -> np.ndarray:
        """Rows of the profile, classes ranked by size."""
        settings = (self.imbalance_ratio, self.profile)
        max_count = self.max_count
        if max_count is None:
            by_rank = full[np.argsort(rank)]
            max_count = largest_max_count(by_rank, *settings)
        counts = long_tailed_counts(len(full), max_count, *settings)[rank]
        return long_tailed_indices(labels, counts, self.seed)
