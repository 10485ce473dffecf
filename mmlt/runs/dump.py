"""Predictions as files, ``.npz``, that explain themselves."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from mmlt.fileio import json_text, whole_file
from mmlt.structures import ImagePredictions, Predictions
from mmlt.structures.predictions import OF_THE_HEAD

from .folder import config_and_checkpoint

__all__ = ['dump_of', 'file_hash', 'load_predictions', 'save_predictions']

TENSORS = (
    'logits',
    'labels',
    'class_counts',
    'features',
    'overlap_matrix',
    *OF_THE_HEAD,
    'sample_idx',
)
# lists of words, stored as arrays of them
TEXTS = ('class_names', 'image_paths')
WHOLE = ('labels', 'class_counts', 'sample_idx')
# what numpy raises at other files, empty ones and damaged ones
NO_DUMP = (
    ValueError,
    KeyError,
    AttributeError,
    EOFError,
    OSError,
    zipfile.BadZipFile,
    zlib.error,
)


def save_predictions(predictions: Predictions, path: str | Path) -> None:
    """Write predictions as ``.npz``.

    Args:
        predictions: What to write.
        path: Ends with '.npz'.

    Raises:
        ValueError: If it does not.
    """
    path = Path(path)
    if path.suffix != '.npz':
        raise ValueError(
            f'Expected a file that ends with .npz, but got {path}. Rename it.'
        )
    arrays = {
        name: getattr(predictions, name).cpu().numpy()
        for name in TENSORS
        if getattr(predictions, name, None) is not None
    } | {
        name: np.array(getattr(predictions, name), dtype=str)
        for name in TEXTS
        if getattr(predictions, name, None) is not None
    }
    meta = json_text(predictions.meta, indent=None)
    with whole_file(path) as draft:
        np.savez_compressed(draft, meta=meta, **arrays)


def load_predictions(path: str | Path) -> ImagePredictions:
    """Read what :func:`save_predictions` wrote.

    Args:
        path: The file.

    Returns:
        The predictions.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is another kind of file, or does not fit together.
    """
    meta, content = _read(path)
    missing = {'logits', 'labels', 'class_counts'} - content.keys()
    if missing:
        raise ValueError(
            f'Expected {path} to hold logits, labels and class_counts, but '
            f'it lacks {", ".join(sorted(missing))}. '
            'Write it again with tools/analysis_tools/dump_predictions.py.'
        )
    # not there in files of earlier versions
    texts = {name: content.pop(name, None) for name in TEXTS}
    try:
        check_arrays(content)
        predictions = ImagePredictions(
            meta=meta,
            **{k: v if v is None else v.tolist() for k, v in texts.items()},
            **{name: torch.from_numpy(v) for name, v in content.items()},
        )
        check_values(predictions)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f'{error} Write {path} again with '
            'tools/analysis_tools/dump_predictions.py.'
        ) from error
    return predictions


def _read(
    path: str | Path, names_alone: bool = False
) -> tuple[dict, dict[str, np.ndarray | None]]:
    """What a file says of itself, and its arrays, or None for each."""
    if not Path(path).is_file():
        got = 'is a folder' if Path(path).is_dir() else 'does not exist'
        raise FileNotFoundError(
            f'Expected a file of predictions, but {path} {got}. '
            'Write one with tools/analysis_tools/dump_predictions.py.'
        )
    try:
        loaded = np.load(path, allow_pickle=False)
        if not isinstance(loaded, np.lib.npyio.NpzFile):
            raise not_a_dump(path, 'one array')
        with loaded as file:
            meta = json.loads(file['meta'].item())
            if not isinstance(meta, dict):
                raise not_a_dump(path, f'it says {meta!r} of itself')
            content = {
                name: None if names_alone else file[name]
                for name in file.files
                if name != 'meta'
            }
    except NotADumpError:
        raise
    except NO_DUMP as error:
        raise not_a_dump(path, type(error).__name__) from error
    return meta, content


class NotADumpError(ValueError):
    """A file that is none of predictions."""


def not_a_dump(path: str | Path, why: str) -> NotADumpError:
    """The error for a file that is none of predictions."""
    return NotADumpError(
        f'Expected {path} to be written by tools/analysis_tools/'
        f'dump_predictions.py, but it is not ({why}): another kind of file, '
        'or damaged. Write it again.'
    )


def dump_path(work_dir: str | Path, split: str) -> Path:
    """Where the predictions of a run on a split are: beside its checkpoint.

    Args:
        work_dir: Folder of a training.
        split: 'train', 'held-out', 'val' or 'test'.
    """
    _, checkpoint = config_and_checkpoint(Path(work_dir))
    return checkpoint.parent / f'predictions_{split}.npz'


def dump_of(
    work_dir: str | Path, split: str, needs: Sequence[str] = ()
) -> Path | None:
    """The file of predictions of the last checkpoint of a run on a split.

    If the checkpoint has been deleted, its name is compared, not its hash.

    Args:
        work_dir: Folder of a training.
        split: 'train', 'held-out', 'val' or 'test'.
        needs: Names of arrays that it must hold.

    Returns:
        The file, which may be read by :func:`load_predictions`; None if
        there is none of this checkpoint, or it lacks what is needed.

    Raises:
        FileNotFoundError: If the folder lacks its config, or names no
            checkpoint.
        ValueError: If the file is damaged.
    """
    _, checkpoint = config_and_checkpoint(Path(work_dir))
    path = dump_path(work_dir, split)
    if not path.is_file():
        return None
    meta, content = _read(path, names_alone=True)
    if meta.get('split') != split or set(needs) - content.keys():
        return None
    if checkpoint.is_file():
        same = meta.get('checkpoint_hash') == file_hash(checkpoint)
    else:
        same = Path(meta.get('checkpoint', '')).name == checkpoint.name
    return path if same else None


def file_hash(path: str | Path) -> str:
    """Beginning of the SHA-256 of a file, 16 hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def check_arrays(content: dict[str, np.ndarray]) -> None:
    """Raise for arrays that are not those of predictions.

    Args:
        content: Name to array, without those of words.

    Raises:
        ValueError: Naming the first of them.
    """
    unknown = sorted(content.keys() - set(TENSORS))
    if unknown:
        raise ValueError(
            f'Expected the arrays {", ".join((*TENSORS, *TEXTS))}, but got '
            f'{unknown[0]!r} as well. Leave it out.'
        )
    for name, array in content.items():
        whole = name in WHOLE
        if array.dtype.kind not in ('i' if whole else 'f'):
            raise ValueError(
                f'Expected `{name}` to be '
                f'{"whole" if whole else "floating point"} numbers, but got '
                f'{array.dtype}. Convert them.'
            )


def check_values(predictions: Predictions) -> None:
    """Raise for values that no network and no data set have.

    Raises:
        ValueError: Naming the first of them.
    """
    logits, labels = predictions.logits, predictions.labels
    if not len(labels):
        raise ValueError(
            'Expected predictions of a sample, but got none. '
            'Is the split empty?'
        )
    if labels.dtype != torch.int64:
        raise ValueError(
            f'Expected labels in int64, but got {labels.dtype}. '
            'Convert them by `.long()`.'
        )
    # -inf is a class that was masked out
    bad = (logits.isnan() | (logits == float('inf'))).any(1)
    if bad.any():
        row = int(bad.nonzero()[0])
        raise ValueError(
            f'Expected logits without nan or inf, but {int(bad.sum())} of '
            f'{len(bad)} samples have one, the first is sample {row}. Did '
            'the training diverge?'
        )
    size = logits.shape[1]
    none = (logits == -float('inf')).all(1)
    if none.any():
        raise ValueError(
            'Expected a class that can be predicted for every sample, but '
            f'all logits of sample {int(none.nonzero()[0])} are -inf. Leave '
            'such samples out.'
        )
    wrong = (labels < 0) | (labels >= size)
    if wrong.any():
        raise ValueError(
            f'Expected labels from 0 to {size - 1}, but got '
            f'{int(labels[wrong][0])}. Does the test set have the classes of '
            'the model?'
        )
    for name in ('features', 'overlap_matrix', *OF_THE_HEAD):
        value = getattr(predictions, name)
        if value is not None and not value.isfinite().all():
            raise ValueError(
                f'Expected `{name}` to be finite, but it holds '
                f'{value[~value.isfinite()][0].item()}. Did the training '
                'diverge?'
            )
    for name in ('weight_norm', 'kappa', 'overlap', 'tau'):
        value = getattr(predictions, name)
        if value is not None and (value < 0).any():
            c = int((value < 0).nonzero()[0])
            raise ValueError(
                f'Expected `{name}` of every class to be >= 0, but class {c} '
                f'has {value[c].item():g}. Did the training diverge?'
            )
    counts = predictions.class_counts
    if (counts < 0).any() or not counts.any():
        raise ValueError(
            'Expected training images per class, but got '
            f'{counts.tolist()[:8]}. '
            'Count the images of the training set.'
        )
