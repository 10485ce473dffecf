"""Labels of any data set, of mmengine or of plain PyTorch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import ConcatDataset, Subset, TensorDataset

__all__ = ['dataset_labels']

# where data sets of torchvision and others keep them
ATTRIBUTES = ('targets', 'labels', '_labels')


def dataset_labels(dataset: Any) -> np.ndarray:
    """Labels of a data set with one label per image.

    Args:
        dataset: One of mmengine, or a wrapper around one; one with
            ``targets`` or ``labels``, as those of torchvision; a ``Subset``
            or ``ConcatDataset`` of such, in any depth; a ``TensorDataset``
            whose last tensor has the labels; or the labels themselves, (N,)
            integers in a list, an array or a tensor.

    Returns:
        (N,) int64.

    Raises:
        ValueError: If the labels are not known, or an image has several.
    """
    if hasattr(dataset, 'get_gt_labels'):
        return np.asarray(dataset.get_gt_labels())
    if hasattr(dataset, 'get_cat_ids') or hasattr(dataset, 'get_data_info'):
        return _one_by_one(dataset)
    if isinstance(dataset, Subset):
        return dataset_labels(dataset.dataset)[np.asarray(dataset.indices)]
    if isinstance(dataset, ConcatDataset):
        return np.concatenate([dataset_labels(d) for d in dataset.datasets])
    found = [dataset]
    if isinstance(dataset, TensorDataset):
        found = [dataset.tensors[-1]]
    found += [getattr(dataset, name, None) for name in ATTRIBUTES]
    for values in found:
        labels = _integers(values)
        if labels is not None and len(labels) == len(dataset):
            return labels
    if isinstance(dataset, list | tuple | np.ndarray | torch.Tensor):
        raise ValueError(
            'Expected labels of images, (N,) integers, but got '
            f'{_in_words(dataset)}. Number the classes from 0.'
        )
    raise ValueError(
        f'Expected {type(dataset).__name__} to say which label each image '
        'has, by `get_gt_labels()`, `targets` or `labels`, but it has none '
        'of them with one integer per image. Give the labels themselves: a '
        'list of N integers.'
    )


def _in_words(values: list | tuple | np.ndarray | torch.Tensor) -> str:
    """What values are that are no labels."""
    kind = type(values).__name__
    if not len(values):
        return f'an empty {kind}'
    if isinstance(values, Sequence):
        wrong = [v for v in values if not isinstance(v, int | np.integer)]
        first = wrong[0]
        return f'a {kind} with {first!r}, of the type {type(first).__name__}'
    return f'a {kind} of shape {tuple(values.shape)} and {values.dtype}'


def _one_by_one(dataset: Any) -> np.ndarray:
    """Labels of a data set of mmengine that tells them image by image."""

    def by_info(i: int) -> list[int]:
        return [int(dataset.get_data_info(i)['gt_label'])]

    of_image = getattr(dataset, 'get_cat_ids', by_info)
    labels = [of_image(i) for i in range(len(dataset))]
    for i, ids in enumerate(labels):
        if len(ids) != 1:
            raise ValueError(
                f'Expected one label per image, but image {i} of '
                f'{type(dataset).__name__} has {len(ids)}. Long-tailed parts '
                'need a single-label data set.'
            )
    return np.asarray(labels, dtype=np.int64).reshape(-1)


def _integers(values: Any) -> np.ndarray | None:
    """(N,) int64 of what holds integers; None of anything else."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    if not isinstance(values, Sequence | np.ndarray):
        return None
    if isinstance(values, Sequence) and not all(
        isinstance(v, int | np.integer) for v in values
    ):
        return None
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in 'iu':
        return None
    return array.astype(np.int64)
