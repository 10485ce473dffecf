import copy
from collections.abc import Sequence

import numpy as np
from mmpretrain.registry import DATASETS

from mmlt.functional import (
    class_counts,
    long_tailed_counts,
    long_tailed_indices,
)
from mmlt.functional.long_tail import check_imbalance_ratio

from .counting import labels_of, num_classes_of


@DATASETS.register_module()
class LongTailedSubset:
    """A long-tailed part of any single-label dataset.

    Args:
        dataset: The dataset, or its config. Its pipeline is used.
        imbalance_ratio: n_max / n_min >= 1.
        profile: 'exponential' or 'step'.
        max_count: Images of the largest class; None takes the largest number
            that every class can fill.
        seed: Seed of the selection.
        order: Which class is the largest: 'index', class 0; 'frequency', the
            class with the most images, and so on down.
        lazy_init: Whether to load the data later, at ``full_init``.

    Raises:
        ValueError: If a setting is out of range, or a class has no image or
            fewer than the profile wants.
    """

    def __init__(
        self,
        dataset,
        imbalance_ratio: float = 100,
        profile: str = 'exponential',
        max_count: int | None = None,
        seed: int = 0,
        order: str = 'index',
        lazy_init: bool = False,
    ) -> None:
        check_imbalance_ratio(imbalance_ratio)
        if order not in ('index', 'frequency'):
            raise ValueError(
                "Expected `order` to be 'index' or 'frequency', but got "
                f'{order!r}.'
            )
        if isinstance(dataset, dict):
            dataset = DATASETS.build(dataset)
        self.dataset = dataset
        self.imbalance_ratio = imbalance_ratio
        self.profile = profile
        self.max_count = max_count
        self.seed = seed
        self.order = order
        self._metainfo = dict(dataset.metainfo)
        self._metainfo.pop('class_counts', None)  # of the whole set
        self._fully_initialized = False
        if not lazy_init:
            self.full_init()

    @property
    def metainfo(self) -> dict:
        """Meta information of the dataset, with our ``class_counts``."""
        return copy.deepcopy(self._metainfo)

    def full_init(self) -> None:
        """Load the dataset and select its rows, once."""
        if self._fully_initialized:
            return
        self.dataset.full_init()
        labels = labels_of(self.dataset)
        num_classes = num_classes_of(self.dataset)
        full = class_counts(labels, num_classes)
        if not full.all():
            raise ValueError(
                'Expected every class to have an image, but class '
                f'{int(np.flatnonzero(full == 0)[0])} has none.'
            )
        rank = np.arange(num_classes)
        if self.order == 'frequency':
            rank[np.argsort(-full, kind='stable')] = np.arange(num_classes)
        self.rows = self._select(labels, full, rank)
        counts = class_counts(labels[self.rows], num_classes)
        self._metainfo['class_counts'] = counts.tolist()
        self._fully_initialized = True

    def _select(
        self, labels: np.ndarray, full: np.ndarray, rank: np.ndarray
    ) -> np.ndarray:
        """Rows of the wrapped dataset that are kept."""

        def counts(max_count: int) -> np.ndarray:
            return long_tailed_counts(
                len(full), max_count, self.imbalance_ratio, self.profile
            )[rank]

        max_count = self.max_count
        if max_count is None:
            share = counts(10**9) / 10**9
            max_count = max(int((full / share).min()), 1)
        return long_tailed_indices(labels, counts(max_count), self.seed)

    def get_gt_labels(self) -> np.ndarray:
        """(N,) labels."""
        self.full_init()
        return labels_of(self.dataset)[self.rows]

    def get_cat_ids(self, idx: int) -> list[int]:
        """The label of an image, in a list."""
        self.full_init()
        return self.dataset.get_cat_ids(int(self.rows[idx]))

    def get_data_info(self, idx: int) -> dict:
        """Annotation of an image."""
        self.full_init()
        info = self.dataset.get_data_info(int(self.rows[idx]))
        info['sample_idx'] = idx % len(self)
        return info

    def __getitem__(self, idx: int) -> dict:
        self.full_init()
        return self.dataset[int(self.rows[idx])]

    def __getitems__(self, indices: Sequence[int]) -> dict | list[dict]:
        """A batch, whole where the wrapped dataset serves whole ones."""
        rows = self.rows[np.asarray(indices)].tolist()
        if hasattr(self.dataset, '__getitems__'):
            return self.dataset.__getitems__(rows)
        return [self.dataset[row] for row in rows]

    def __len__(self) -> int:
        self.full_init()
        return len(self.rows)
