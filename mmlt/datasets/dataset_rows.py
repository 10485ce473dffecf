import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from mmengine.dataset import ClassBalancedDataset, RepeatDataset
from mmpretrain.registry import DATASETS

from mmlt.functional import class_counts

from .counting import num_classes_of
from .labels import dataset_labels
from .seeded_batches import SeededBatch

__all__ = ['DatasetRows']


class DatasetRows(ABC):
    """Base of a wrapper that keeps some rows of any single-label dataset.

    Args:
        dataset: The dataset, or its config. Its pipeline is used.
        lazy_init: Whether to load the data later, at ``full_init``.

    Raises:
        ValueError: If a wrapper below repeats images: a row is then no image,
            and two parts would share some.
    """

    def __init__(self, dataset, lazy_init: bool = False) -> None:
        if isinstance(dataset, dict):
            dataset = DATASETS.build(dataset)
        refuse_repeated(dataset, type(self).__name__)
        self.dataset = dataset
        self._metainfo = dict(dataset.metainfo)
        self._metainfo.pop('class_counts', None)  # of the whole set
        self._fully_initialized = False
        if not lazy_init:
            self.full_init()

    @abstractmethod
    def select_rows(self, labels: np.ndarray, num_classes: int) -> np.ndarray:
        """Rows of the wrapped dataset that are kept.

        Args:
            labels: (N,) labels of the wrapped dataset.
            num_classes: C.
        """

    @property
    def metainfo(self) -> dict:
        """Meta information of the dataset, with our ``class_counts``."""
        return copy.deepcopy(self._metainfo)

    def full_init(self) -> None:
        """Load the dataset and select its rows, once."""
        if self._fully_initialized:
            return
        self.dataset.full_init()
        labels = dataset_labels(self.dataset)
        num_classes = num_classes_of(self.dataset)
        self.rows = self.select_rows(labels, num_classes)
        self.count_again()
        self._fully_initialized = True

    def count_again(self) -> None:
        """Count the images of each class among the rows that are kept."""
        counts = class_counts(
            dataset_labels(self.dataset)[self.rows],
            num_classes_of(self.dataset),
        )
        self._metainfo['class_counts'] = counts.tolist()

    def get_gt_labels(self) -> np.ndarray:
        """(N,) labels."""
        self.full_init()
        return dataset_labels(self.dataset)[self.rows]

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
        rows = self.rows[np.asarray(indices[:])].tolist()
        if isinstance(indices, SeededBatch):
            rows = indices.with_indices(rows)
        if hasattr(self.dataset, '__getitems__'):
            return self.dataset.__getitems__(rows)
        return [self.dataset[row] for row in rows]

    def __len__(self) -> int:
        self.full_init()
        return len(self.rows)


def refuse_repeated(dataset, name: str) -> None:
    """Check that no wrapper repeats the images of a dataset.

    Args:
        dataset: Built.
        name: Of the wrapper around it, for the message.

    Raises:
        ValueError: If one does.
    """
    if isinstance(dataset, RepeatDataset | ClassBalancedDataset):
        kind = type(dataset).__name__
        raise ValueError(
            f'Expected {name} around images that are there once, but {kind} '
            'repeats them: rows of one image would be counted as several, '
            'and held out as well as trained on. Turn the two around: '
            f"dict(type='{kind}', ..., dataset=dict(type='{name}', ...))."
        )
    inner = getattr(dataset, 'dataset', None)
    several = getattr(dataset, 'datasets', None) or ()
    for part in [*several] if inner is None else [inner]:
        refuse_repeated(part, name)
