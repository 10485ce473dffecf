from collections.abc import Sequence

import numpy as np
import torch

from mmlt.functional import class_counts, long_tailed_counts
from mmlt.functional.checks import check_choice
from mmlt.functional.long_tail import (
    check_imbalance_ratio,
    long_tailed_indices,
)
from mmlt.structures import BatchDataSample

__all__ = ['InMemoryDataset']


class InMemoryDataset:
    """Mixin for an mmpretrain dataset whose images are one uint8 array.

    With a pipeline it serves images one by one, as any dataset of
    mmpretrain. Without one (``pipeline=[]``) it serves whole batches through
    ``__getitems__``, for :func:`~mmlt.datasets.batch_collate` and
    :class:`~mmlt.models.BatchDataPreprocessor`: nothing is done per image.

    A subclass implements :meth:`load_arrays` (RGB) and says its
    ``image_size``, in pixels. After ``full_init`` it has
    ``images`` (N, 3, H, W) uint8 in channels-last memory, ``labels`` (N,)
    int64, ``rows`` (N,) row numbers in the full set, and
    ``metainfo['class_counts']`` (C,), a list of ints.
    """

    image_size: int | None = None  # height and width
    max_count: int | None = None  # None: the size of the largest class

    def set_selection(
        self,
        split: str,
        imbalance_ratio: float | None,
        profile: str,
        seed: int,
    ) -> None:
        """Keep the settings of the selection; call it before ``__init__``.

        Raises:
            ValueError: If the split is unknown or the ratio is below 1.
        """
        check_choice('split', split, ('train', 'test'))
        if imbalance_ratio is not None:
            check_imbalance_ratio(imbalance_ratio)
        self.split = split
        self.imbalance_ratio = imbalance_ratio
        self.profile = profile
        self.selection_seed = seed

    def load_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The full split: images (N, H, W, 3) uint8 and labels (N,)."""
        raise TypeError(
            f'Expected {type(self).__name__} to have `load_arrays()`, but it '
            'does not. Write it, returning images and labels.'
        )

    def select_long_tailed(
        self, labels: np.ndarray, num_classes: int
    ) -> np.ndarray:
        """Rows of the training split that are kept."""
        full = class_counts(labels, num_classes)
        max_count = self.max_count or int(full.max())
        counts = long_tailed_counts(
            num_classes, max_count, self.imbalance_ratio, self.profile
        )
        return long_tailed_indices(labels, counts, self.selection_seed)

    def load_data_list(self) -> list[dict]:
        """Load the arrays, select the rows, and list one dict per image."""
        images, labels = self.load_arrays()
        num_classes = len(self.CLASSES)
        class_counts(labels, num_classes)  # refuses labels out of range
        if self.split == 'train' and self.imbalance_ratio is not None:
            rows = self.select_long_tailed(labels, num_classes)
        else:
            rows = np.arange(len(labels))
        return [
            {'img': images[row], 'gt_label': int(labels[row]), 'row': row}
            for row in rows.tolist()
        ]

    def full_init(self) -> None:
        """Load the data, once, and count the images of each class."""
        if self._fully_initialized:
            return
        super().full_init()
        self._stack()

    def get_subset_(self, indices: int | Sequence[int]) -> None:
        """Keep some of the images, as in mmengine's ``BaseDataset``."""
        super().get_subset_(indices)
        self._stack()

    def get_subset(self, indices: int | Sequence[int]) -> 'InMemoryDataset':
        """A dataset of some of the images, as in ``BaseDataset``."""
        subset = super().get_subset(indices)
        subset._stack()
        return subset

    def relabel(self, places: np.ndarray, classes: tuple[str, ...]) -> None:
        """Replace labels by their places among other classes.

        Args:
            places: (C,) new label of each old one.
            classes: Names of the new ones.
        """
        for info in self.data_list:
            info['gt_label'] = int(places[info['gt_label']])
        self._metainfo['classes'] = classes
        self._stack()

    def _stack(self) -> None:
        """Make the arrays of what ``data_list`` holds."""
        images = np.stack([info['img'] for info in self.data_list])
        images = np.ascontiguousarray(images)
        for info, image in zip(self.data_list, images, strict=True):
            info['img'] = image  # a view: the pixels exist once
        labels = np.asarray([info['gt_label'] for info in self.data_list])
        self.rows = np.asarray([info['row'] for info in self.data_list])
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2)
        self.labels = torch.from_numpy(labels).long()
        counts = class_counts(labels, len(self.CLASSES))
        self._metainfo['class_counts'] = counts.tolist()

    def get_gt_labels(self) -> np.ndarray:
        """(N,) labels, without a loop over images."""
        self.full_init()
        return self.labels.numpy()

    def __getitems__(self, indices: Sequence[int]) -> dict | list[dict]:
        """A batch: one dict of tensors, or a list where a pipeline is set."""
        if self.pipeline.transforms:
            return [self[i] for i in indices]
        index = torch.as_tensor(indices[:])  # seeds nothing, `SeededBatch`
        # whole images of the (N, H, W, 3) array are copied
        pixels = self.images.permute(0, 2, 3, 1)
        batch = pixels.flatten(1).index_select(0, index)
        batch = batch.view(len(index), *pixels.shape[1:])
        return {
            'inputs': batch.permute(0, 3, 1, 2),
            'data_samples': [BatchDataSample(gt_label=self.labels[index])],
        }
