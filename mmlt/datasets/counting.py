"""Class counts of any dataset: as it states them, else counted."""

import numpy as np
from mmengine.dataset import (
    ClassBalancedDataset,
    ConcatDataset,
    RepeatDataset,
)

from mmlt.functional import class_counts

__all__ = ['class_counts_of', 'dataset_labels', 'num_classes_of']


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


def dataset_labels(dataset) -> np.ndarray:
    """(N,) labels of a single-label dataset, or of a wrapper around one."""
    if hasattr(dataset, 'get_gt_labels'):
        return np.asarray(dataset.get_gt_labels())
    inner = getattr(dataset, 'get_cat_ids', None)
    if inner is None and hasattr(dataset, 'get_data_info'):

        def inner(i: int) -> list[int]:
            return [int(dataset.get_data_info(i)['gt_label'])]

    if inner is None:
        raise ValueError(
            f'Expected {type(dataset).__name__} to have `get_gt_labels` or '
            '`get_cat_ids`, but it has neither: the images per class are '
            "not known. Set `metainfo['class_counts']`."
        )
    labels = [inner(i) for i in range(len(dataset))]
    for i, ids in enumerate(labels):
        if len(ids) != 1:
            raise ValueError(
                f'Expected one label per image, but image {i} of '
                f'{type(dataset).__name__} has {len(ids)}. Long-tailed parts '
                'need a single-label data set.'
            )
    return np.asarray(labels, dtype=np.int64).reshape(-1)
