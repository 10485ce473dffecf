"""Class counts of any dataset: as it states them, else counted."""

import numpy as np
from mmengine.dataset import (
    ClassBalancedDataset,
    ConcatDataset,
    RepeatDataset,
)

from mmlt.functional import class_counts

from .labels import dataset_labels

__all__ = ['class_counts_of', 'num_classes_of']


def class_counts_of(dataset) -> np.ndarray:
    """Training images per class of a dataset.

    Args:
        dataset: One with ``metainfo['class_counts']`` (every dataset of
            mmlt), or any mmengine dataset or wrapper with ``get_cat_ids``
            and ``metainfo['classes']``.

    Returns:
        (C,) int64.

    Raises:
        ValueError: If the dataset says neither how many classes it has nor
            which label an image has.
    """
    if isinstance(dataset, ConcatDataset):
        return sum(class_counts_of(part) for part in dataset.datasets)
    if isinstance(dataset, (RepeatDataset, ClassBalancedDataset)):
        # an image that is drawn several times is still one image
        return class_counts_of(dataset.dataset)
    if hasattr(dataset, 'full_init'):
        dataset.full_init()
    counts = getattr(dataset, 'metainfo', {}).get('class_counts')
    if counts is not None and sum(counts) == len(dataset):
        return np.asarray(counts, dtype=np.int64)
    # unknown, or those of a larger set that this one is a part of
    return class_counts(dataset_labels(dataset), num_classes_of(dataset))


def num_classes_of(dataset) -> int:
    """Number of classes C that a dataset names."""
    classes = getattr(dataset, 'metainfo', {}).get('classes')
    if not classes:
        raise ValueError(
            f'Expected {type(dataset).__name__} to name its classes, but '
            "`metainfo['classes']` is empty. Pass "
            "`metainfo=dict(classes=[...])` or `metainfo['class_counts']`."
        )
    return len(classes)
