"""Labeled pixels of every class in a training set of mmsegmentation."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from mmengine.dist import all_reduce, broadcast, get_rank, get_world_size

from mmlt.fileio import write_json

__all__ = ['kept_pixel_counts', 'pixel_counts']


def pixel_counts(dataset) -> np.ndarray:
    """Count the labeled pixels of every class, mask by mask.

    The masks are read by the loading step of the data set's own pipeline, so
    that ``reduce_zero_label`` and a label map do what they do in training;
    crops and repetitions of the training are not counted. Several processes
    share the masks.

    Args:
        dataset: A ``BaseSegDataset``, or one that wraps or joins some.

    Returns:
        (C,) int64.

    Raises:
        ValueError: If a mask has a label that is no class, or the pipeline
            loads no masks; in every process, whichever finds it.
    """
    classes = len(dataset.metainfo['classes'])
    counts, wrong = _counts_of_process(dataset, classes)
    # one wrong mask stops all processes, as they wait for each other here
    total = torch.from_numpy(np.append(counts, bool(wrong)))
    all_reduce(total)
    if total[-1]:
        raise ValueError(
            f'Expected labels from 0 to {classes - 1} (or those ignored) in '
            f'the masks of {classes} classes, but '
            f'{wrong or "another process found others, and says where"}. '
            'Mend `metainfo`, or set `reduce_zero_label`.'
        )
    return total[:-1].numpy()


def _counts_of_process(dataset, classes: int) -> tuple[np.ndarray, str]:
    """Pixels of the masks of this process, and what is wrong with one."""
    counts = np.zeros(classes, np.int64)
    for part in data_sets_in(dataset):
        load, ignored = loading_step(part), part.ignore_index
        for index in range(get_rank(), len(part), get_world_size()):
            info = load(part.get_data_info(index))
            mask = info['gt_seg_map']
            mask = mask[mask != ignored].ravel()
            found = np.bincount(mask, minlength=classes)
            if len(found) > classes:
                return counts, f'{info["seg_map_path"]} has {len(found) - 1}'
            counts += found
    return counts, ''


def data_sets_in(dataset) -> Iterator:
    """Data sets inside of wrappers (RepeatDataset, ConcatDataset, ...)."""
    if hasattr(dataset, 'ignore_index'):
        yield dataset
    elif hasattr(dataset, 'datasets'):
        for part in dataset.datasets:
            yield from data_sets_in(part)
    elif hasattr(dataset, 'dataset'):
        yield from data_sets_in(dataset.dataset)
    else:
        raise TypeError(
            'Expected a data set of mmsegmentation (BaseSegDataset), but got '
            f'{type(dataset).__name__}. Pass `counts` to the hook.'
        )


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

    Of several processes the first one reads it, and decides for all.

    Args:
        dataset: The training set.
        file: JSON. It is read where it is of the same masks (their names,
            sizes and dates), labels and classes, and written where it is not.

    Returns:
        (C,) int64.
    """
    names = dataset.metainfo['classes']
    counts, key = None, ''
    if get_rank() == 0:
        key = fingerprint(dataset)
        counts = _kept(Path(file), key)
    known = torch.full((len(names),), -1)
    if counts is not None:
        known = torch.from_numpy(counts)
    broadcast(known)
    if not (known < 0).any():
        return known.numpy()
    counts = pixel_counts(dataset)
    if get_rank() == 0:
        pixels = dict(zip(names, counts.tolist(), strict=True))
        write_json(file, {'masks': key, 'pixels': pixels})
    return counts


def _kept(file: Path, key: str) -> np.ndarray | None:
    """The numbers of a file; None if it is of others, or damaged."""
    try:
        kept = json.loads(file.read_text())
        if kept['masks'] == key:
            return np.array(list(kept['pixels'].values()), np.int64)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # not there yet, or another file: counted anew
    return None


def fingerprint(dataset) -> str:
    """Hash of the masks' names, sizes and dates, and of what labels mean."""
    found = hashlib.sha256(repr(dataset.metainfo['classes']).encode())
    for part in data_sets_in(dataset):
        zero = getattr(part, 'reduce_zero_label', None)
        found.update(repr((zero, part.ignore_index)).encode())
        for index in range(len(part)):
            path = Path(part.get_data_info(index)['seg_map_path'])
            stat = path.stat()
            about = f'{path} {stat.st_size} {stat.st_mtime_ns}'
            found.update(about.encode())
    return found.hexdigest()
