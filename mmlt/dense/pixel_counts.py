"""Labeled pixels of every class in a training set of mmsegmentation."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from mmengine.dist import all_reduce, get_rank, get_world_size

from mmlt.fileio import write_json

__all__ = ['kept_pixel_counts', 'pixel_counts']


def pixel_counts(dataset) -> np.ndarray:
    """Count the labeled pixels of every class, mask by mask.

    The masks are read by the loading step of the data set's own pipeline, so
    that ``reduce_zero_label`` and a label map do what they do in training;
    crops and repetitions of the training are not counted. Several processes
    share the masks.

    Args:
        dataset: A ``BaseSegDataset``, or one that wraps it.

    Returns:
        (C,) int64.

    Raises:
        ValueError: If a mask has a label that is no class, or the pipeline
            loads no masks.
    """
    dataset = unwrapped(dataset)
    classes = len(dataset.metainfo['classes'])
    load, ignored = loading_step(dataset), dataset.ignore_index
    counts = np.zeros(classes, np.int64)
    for index in range(get_rank(), len(dataset), get_world_size()):
        info = load(dataset.get_data_info(index))
        mask = info['gt_seg_map']
        found = np.bincount(mask[mask != ignored].ravel(), minlength=classes)
        if len(found) > classes:
            raise ValueError(
                f'Expected labels from 0 to {classes - 1} (or {ignored}, '
                f'ignored) in the masks of {classes} classes, but '
                f'{info["seg_map_path"]} has {len(found) - 1}. Mend '
                '`metainfo`, or set `reduce_zero_label`.'
            )
        counts += found
    total = torch.from_numpy(counts)
    all_reduce(total)
    return total.numpy()


def unwrapped(dataset):
    """The data set inside of wrappers (RepeatDataset and others)."""
    while not hasattr(dataset, 'ignore_index') and hasattr(dataset, 'dataset'):
        dataset = dataset.dataset
    return dataset


def loading_step(dataset) -> Callable[[dict], dict]:
    """The step of a pipeline that loads the masks.

    Raises:
        ValueError: If there is none.
    """
    steps = dataset.pipeline.transforms
    for step in steps:
        if 'LoadAnnotations' in type(step).__name__:
            return step
    names = ', '.join(type(step).__name__ for step in steps)
    raise ValueError(
        'Expected a pipeline that loads masks (LoadAnnotations), but it has '
        f'{names or "no step"}. Add it, or pass `counts`.'
    )


def kept_pixel_counts(dataset, file: str | Path) -> np.ndarray:
    """Do as :func:`pixel_counts`, once: the numbers are kept in a file.

    Args:
        dataset: The training set.
        file: JSON. It is read where it is of the same masks (their names,
            sizes and dates) and classes, and written where it is not.

    Returns:
        (C,) int64.
    """
    file, key = Path(file), fingerprint(unwrapped(dataset))
    try:
        kept = json.loads(file.read_text())
        if kept['masks'] == key:
            return np.array(list(kept['pixels'].values()), np.int64)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # not there yet, or another file: counted anew
    counts = pixel_counts(dataset)
    names = unwrapped(dataset).metainfo['classes']
    if get_rank() == 0:
        pixels = dict(zip(names, counts.tolist(), strict=True))
        write_json(file, {'masks': key, 'pixels': pixels})
    return counts


def fingerprint(dataset) -> str:
    """Hash of the masks' names, sizes and dates, and of the classes."""
    found = hashlib.sha256(repr(dataset.metainfo['classes']).encode())
    found.update(repr(getattr(dataset, 'reduce_zero_label', None)).encode())
    for index in range(len(dataset)):
        path = Path(dataset.get_data_info(index)['seg_map_path'])
        stat = path.stat()
        found.update(f'{path} {stat.st_size} {stat.st_mtime_ns}'.encode())
    return found.hexdigest()
