"""Instances of every class in a training set of mmdetection."""

import numpy as np
from mmengine.dataset import (
    ClassBalancedDataset,
    ConcatDataset,
    RepeatDataset,
)

__all__ = ['instance_counts']


def instance_counts(dataset) -> np.ndarray:
    """Count the annotated instances of every class.

    Convention:
        - an image that is drawn several times, for the sake of its rare
          classes (``ClassBalancedDataset``) or all alike, is counted once.
        - regions that are ignored in training (crowds) do not count.

    Args:
        dataset: A ``BaseDetDataset``, or one that wraps it.

    Returns:
        (C,) int64.

    Raises:
        ValueError: If an instance has a label that is no class, an image
            has no list of instances, or the classes are not named.
    """
    if isinstance(dataset, ConcatDataset):
        return sum(instance_counts(part) for part in dataset.datasets)
    if isinstance(dataset, RepeatDataset | ClassBalancedDataset):
        return instance_counts(dataset.dataset)
    classes = dataset.metainfo.get('classes')
    if not classes:
        raise ValueError(
            f'Expected {type(dataset).__name__} to name its classes, but '
            "`metainfo['classes']` is empty. Set `metainfo=dict(classes="
            '(...))` of it.'
        )
    counts = np.zeros(len(classes), np.int64)
    for index in range(len(dataset)):
        found = labels_of_image(dataset.get_data_info(index), len(classes))
        np.add.at(counts, found, 1)
    return counts


def labels_of_image(info: dict, num_classes: int) -> np.ndarray:
    """Labels of the instances of an image that are trained on.

    Args:
        info: Of ``get_data_info``.
        num_classes: C.

    Raises:
        ValueError: If there is no list, or a label is not below C.
    """
    name = info.get('img_path', info.get('img_id', 'an image'))
    if 'instances' not in info:
        raise ValueError(
            f'Expected `instances` of {name}, but its annotations are '
            f'{", ".join(sorted(info))}. Take a data set of mmdetection, or '
            'pass `counts`.'
        )
    labels = np.array(
        [
            instance['bbox_label']
            for instance in info['instances']
            if not instance.get('ignore_flag', 0)
        ],
        np.int64,
    )
    wrong = labels[(labels < 0) | (labels >= num_classes)]
    if len(wrong):
        raise ValueError(
            f'Expected labels from 0 to {num_classes - 1} of the '
            f'{num_classes} classes of `metainfo`, but {name} has an instance '
            f'of {wrong[0]}. Mend the annotations or `metainfo`.'
        )
    return labels
