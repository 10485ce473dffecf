"""A file of predictions, of any framework, to named arrays."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, bfloat16

from .pickles import read_pickle
from .tables import Table, read_csv, read_parquet

__all__ = ['as_array', 'read_arrays']

PICKLES = ('.pkl', '.pickle', '.pt', '.pth', '.bin')
FORMATS = ('.npz', '.csv', '.tsv', '.parquet', *PICKLES)
PAIR = ('scores', 'labels')
EXAMPLE = 'np.savez("p.npz", logits=..., labels=...)'


def read_arrays(path: str | Path) -> dict[str, Any] | Table:
    """Read the named arrays of a file; nothing in it is run.

    Args:
        path: The file; its ending is the format.

    Returns:
        What :func:`as_array` takes, by its name; or the columns of a table.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If a package that reads it is not installed.
        ValueError: If it is of another format, or damaged, or empty.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if not path.is_file():
        got = 'is a folder' if path.is_dir() else 'does not exist'
        raise FileNotFoundError(
            f'Expected a file of predictions, but {path} {got}. '
            f'Write one, such as {EXAMPLE}.'
        )
    if kind not in FORMATS:
        raise ValueError(
            'Expected a file of predictions that ends with one of '
            f'{", ".join(FORMATS)}, but got {path}. Save it as one of these: '
            f'{EXAMPLE}.'
        )
    if not path.stat().st_size:
        raise ValueError(
            f'Expected {path} to hold predictions, but it is empty. Write it '
            'again.'
        )
    if kind == '.npz':
        return read_npz(path)
    if kind in PICKLES:
        return by_name(read_pickle(path), path)
    return read_parquet(path) if kind == '.parquet' else read_csv(path)


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file of ``numpy.savez``.

    Raises:
        ValueError: If it is none, damaged, or holds more than numbers and
            texts.
    """
    try:
        loaded = np.load(path, allow_pickle=False)
        with loaded as file:
            return {name: file[name] for name in file.files}
    except (
        AttributeError,
        EOFError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ValueError(
            f'Expected {path} to hold arrays of numbers and texts, but it '
            f'cannot be read ({error}). Write it again: {EXAMPLE}.'
        ) from error


class Batches(list):
    """Values of one name, one for each batch or sample."""


def by_name(content: Any, path: Path) -> dict[str, Any]:
    """What a pickle holds, by names.

    Args:
        content: A dict of arrays; or a list of such dicts, or of pairs
            (scores, labels), one for each batch or sample.
        path: For the message.

    Raises:
        ValueError: If it is anything else.
    """
    if isinstance(content, dict):
        return {str(name): v for name, v in content.items() if v is not None}
    parts = content if isinstance(content, list | tuple) else []
    if is_pair(parts):
        return dict(zip(PAIR, parts, strict=True))
    if parts and all(is_pair(part) for part in parts):
        parts = [dict(zip(PAIR, part, strict=True)) for part in parts]
    if parts and all(isinstance(part, dict) for part in parts):
        names = [n for n in parts[0] if all(n in part for part in parts)]
        return {str(n): Batches(part[n] for part in parts) for n in names}
    raise ValueError(
        f'Expected {path} to hold a dict with `logits` (or `probabilities`) '
        'and `labels`, or a list of such dicts, one a batch, but got '
        f'{type(content).__name__}. Save that, or arrays: {EXAMPLE}.'
    )


def is_pair(value: Any) -> bool:
    """Whether it can be (scores, labels)."""
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(isinstance(part, np.ndarray | Tensor) for part in value)
    )


def as_array(value: Any, name: str, path: str | Path) -> np.ndarray:
    """An array of what a file has under a name; batches are put together.

    Args:
        value: An array, a tensor, a list; or batches of these.
        name: Of it, for the message.
        path: The same.

    Raises:
        ValueError: If rows or batches differ in length.
    """
    try:
        if not isinstance(value, Batches):
            return one_array(value)
        parts = [one_array(part) for part in value]
        # a label without a dimension, or the scores of one sample
        of_samples = parts[0].ndim == 0 or (
            parts[0].ndim == 1 and parts[0].dtype.kind == 'f'
        )
        return np.stack(parts) if of_samples else np.concatenate(parts)
    except ValueError as error:
        raise ValueError(
            f'Expected `{name}` of {path} to have as many classes in every '
            f'row and batch, but it has not ({error}). Put the batches into '
            'one array first.'
        ) from error


def one_array(value: Any) -> np.ndarray:
    """A tensor, an array or a list as an array."""
    if not isinstance(value, Tensor):
        return np.asarray(value)
    value = value.detach()
    # which numpy has not
    return (value.float() if value.dtype is bfloat16 else value).numpy()
