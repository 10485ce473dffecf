"""Files and arrays of others as :class:`~mmlt.structures.Predictions`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmlt.functional.probability_floor import floored
from mmlt.runs.dump import load_predictions
from mmlt.structures import Predictions

from .classes import class_numbers, counts_of, few, label_numbers
from .columns import KINDS, scores_of
from .ranked import is_ranked
from .reading import as_array, read_arrays

__all__ = ['predictions_of_arrays', 'read_predictions']

# of a dump of ours: it says more than scores and labels
OURS = {'meta', 'logits', 'labels', 'class_counts'}
DIVIDE = (
    'Divide them by 100, and each row by its sum where they are rounded; they '
    'are probabilities then.'
)
HALF = (torch.float16, torch.bfloat16)


def read_predictions(
    path: str | Path,
    counts: Sequence[int] | None = None,
    class_names: Sequence[str] | None = None,
    kind: str | None = None,
    split: str = 'test',
    names_from: str | Path | None = None,
) -> Predictions:
    """Predictions in a file, of any framework.

    Args:
        path: ``.npz``, ``.csv``, ``.parquet``, or a pickle; also what
            ``mmlt dump-predictions`` wrote.
        counts: (C,) training images per class; None: the file has them, as
            ``class_counts``.
        class_names: C names; None: those of the file, or numbers.
        kind: 'logits' or 'probabilities'; None: the name of the scores.
        split: What they are of, 'test' or 'held-out'.
        names_from: File that ``class_names`` are taken from, where that does
            not say that its order is the one of the scores.

    Returns:
        The predictions, checked.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If a package that reads it is not installed.
        ValueError: If it is of another format, a name is missing, or a value
            is none that predictions have.
    """
    content = read_arrays(path)
    own_names = None
    if isinstance(content, dict):
        if is_dump(content, path):
            found = load_predictions(path)
            return of_mmlt(found, path, counts, class_names, split)
        more = {
            name: as_array(content[name], name, path).tolist()
            for name in ('class_counts', 'class_names')
            if name in content
        }
        if 'class_names' in more:
            own_names = [str(name) for name in more['class_names']]
            check_own_names(own_names, class_names, path, names_from)
        if counts is None:
            counts = more.get('class_counts')
        elif own_names and names_from:
            given = dict(zip(class_names, counts, strict=True))
            counts = counts_of(given, own_names, str(names_from))
    elif is_ranked(content) and class_names is None:
        check_by_name(counts, path)
    found = scores_of(content, path, kind, class_names, names_from)
    if names_from and not found.names and not own_names:
        raise ValueError(
            f'Expected to know which class each of the scores of {path} is '
            f'of, but it has no names of classes, and {names_from} need not '
            'have them in that order. Name them in the order of the scores: '
            '--names classes.txt, one a line; or write the counts alone, '
            'without names, in that order.'
        )
    predictions = predictions_of_arrays(
        found.values,
        found.labels,
        counts,
        found.kind,
        own_names or found.names or class_names,
        str(path),
        split,
        by_name=found.names is not None,
    )
    if own_names and names_from:
        predictions = in_order(predictions, class_names)
    predictions.meta['checkpoint'] = str(path)
    predictions.meta['checkpoint_hash'] = hash_of(path)
    return predictions


def is_dump(content: Mapping[str, Any], path: str | Path) -> bool:
    """Whether `mmlt dump-predictions` wrote a file.

    Args:
        content: Its arrays, by name.
        path: The file.

    Returns:
        Whether it has their names, and its ``meta`` says in JSON which split
        the predictions are of, as no other ``meta`` does.
    """
    if Path(path).suffix.lower() != '.npz' or not content.keys() >= OURS:
        return False
    try:
        meta = json.loads(content['meta'].item())
    except (TypeError, ValueError):
        return False
    return isinstance(meta, dict) and 'split' in meta


def check_by_name(
    counts: Sequence[int] | Mapping[str, int] | None, path: str | Path
) -> None:
    """Raise for counts in the order of scores that have none.

    Args:
        counts: Training images per class.
        path: A table of ranks.

    Raises:
        ValueError: If they do not have the names of the classes.
    """
    if counts is not None and not isinstance(counts, Mapping):
        raise ValueError(
            'Expected to know which class each count of training images is '
            f'of, but {path} has the most probable class of each row first, '
            'and so no order of the classes, and the counts have no names. '
            'Write lines of class,count, or name the classes in the order of '
            'the counts: --names classes.txt.'
        )


def check_own_names(
    own: Sequence[str],
    names: Sequence[str] | None,
    path: str | Path,
    names_from: str | Path | None,
) -> None:
    """See that ``class_names`` in a file are the classes that were named.

    Args:
        own: Names in the file, in the order of its scores.
        names: Names that were given; None: none were.
        path: The file.
        names_from: File that ``names`` are taken from; None: a list of them
            in the order of the scores.

    Raises:
        ValueError: If they are others; or in another order, where both say
            that theirs is the order of the scores.
    """
    if names is None or list(own) == [*map(str, names)]:
        return
    class_numbers(own, [*map(str, names)], f'`class_names` of {path}')
    if names_from is None:
        raise ValueError(
            f'Expected one order of the classes, but `class_names` of {path} '
            f'is {few(own)}, and the names that were given are {few(names)}. '
            'Leave them out (--names), as the file knows its own; or write '
            'both in the order of the scores.'
        )


def in_order(
    predictions: Predictions, class_names: Sequence[str]
) -> Predictions:
    """Predictions with their classes in another order.

    Args:
        predictions: With names of the classes.
        class_names: The same names, in the order that is wanted.
    """
    own = predictions.class_names
    # the place, before, of each class, and the other way round
    before = torch.tensor([own.index(str(name)) for name in class_names])
    after = before.argsort()
    probs = predictions.probabilities
    return replace(
        predictions,
        logits=predictions.logits[:, before],
        labels=after[predictions.labels],
        class_counts=predictions.class_counts[before],
        class_names=[*map(str, class_names)],
        probabilities=None if probs is None else probs[:, before],
    )


def of_mmlt(
    predictions: Predictions,
    path: str | Path,
    counts: Sequence[int] | None,
    class_names: Sequence[str] | None,
    split: str,
) -> Predictions:
    """What ``mmlt dump-predictions`` wrote, with names and counts of its own.

    Raises:
        ValueError: If others were given, or they are of another split.
    """
    is_test = predictions.meta['split'] == 'test'
    if is_test != (split == 'test'):
        raise ValueError(
            f'Expected predictions of the {split} images, but those of {path} '
            f'are of {predictions.meta["split"]!r}. Dump the split that is '
            'needed: mmlt dump-predictions RUN --split '
            + ('test.' if split == 'test' else 'held-out.')
        )
    for what, given, own in (
        ('training images', counts, predictions.class_counts.tolist()),
        ('names', class_names, predictions.class_names),
    ):
        if given is not None and own is not None and list(given) != own:
            raise ValueError(
                f'Expected the {what} of the classes to be those in {path}, '
                f'{own[:4]} ..., but got {list(given)[:4]} .... Leave them '
                'out: the file knows them.'
            )
    if predictions.class_names is None and class_names is not None:
        check_names(class_names, predictions.logits.shape[1], str(path))
        predictions.class_names = list(class_names)
    return predictions


def hash_of(path: str | Path) -> str:
    """Beginning of the SHA-256 of a file, 16 hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def predictions_of_arrays(
    scores: Tensor | np.ndarray | Sequence,
    labels: Tensor | np.ndarray | Sequence,
    counts: Sequence[int] | Mapping[str, int] | Tensor | None,
    kind: str = 'probabilities',
    class_names: Sequence[str] | None = None,
    where: str = '`scores`',
    split: str = 'test',
    by_name: bool = False,
) -> Predictions:
    """Scores and labels of any framework, checked.

    Args:
        scores: (N, C) floating point.
        labels: (N,) numbers from 0, or names of ``class_names``.
        counts: (C,) training images per class, or class to count.
        kind: 'probabilities' or 'logits'. Nothing is guessed.
        class_names: C names; None: numbers.
        where: The scores stand, for messages.
        split: What they are of, 'test' or 'held-out'.
        by_name: Whether labels are names even where they could be numbers.

    Raises:
        ValueError: If something is not as above, does not fit together, or
            a value is none that predictions have.
    """
    if kind not in KINDS:
        raise ValueError(
            f'Expected `kind` to be logits or probabilities, but got {kind!r}.'
            ' Say which the scores are: nothing is guessed.'
        )
    values = checked_scores(scores, where)
    size = values.shape[1]
    names = None if class_names is None else [str(n) for n in class_names]
    check_names(names, size, where)
    labels_where = '`labels`' if where == '`scores`' else where
    numbers = torch.from_numpy(
        label_numbers(as_numpy(labels), size, names, labels_where, by_name)
    )
    if len(numbers) != len(values):
        raise ValueError(
            f'Expected a label for each of {len(values)} samples of {where}, '
            f'but got {len(numbers)}. Take both from one pass over the set.'
        )
    images = checked_counts(counts, names, size, where)
    return Predictions(
        logits=logits_of(values, kind, where),
        labels=numbers,
        class_counts=images,
        meta={'split': split, 'model_prior': 'unknown'},
        class_names=names,
        probabilities=None if kind == 'logits' else floored(values),
    )


def as_numpy(values) -> np.ndarray:
    """A list, an array or a tensor as an array."""
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    return np.asarray(values)


def checked_scores(scores, where: str) -> Tensor:
    """Scores as a tensor (N, C), N >= 1, C >= 2, of floating point numbers.

    Raises:
        ValueError: If they are not that.
    """
    if not isinstance(scores, Tensor):
        scores = np.asarray(scores)
        if scores.dtype.kind not in 'fiu':
            raise ValueError(
                f'Expected the scores of {where} to be numbers, but got '
                f'{scores.dtype}. Give one score for each class.'
            )
        # in the order of bytes of this machine; what torch lacks as float64
        known = scores.dtype.type in (np.float16, np.float32, np.float64)
        dtype = scores.dtype.type if known else np.float64
        scores = torch.from_numpy(np.ascontiguousarray(scores, dtype))
    scores = scores.detach().cpu()
    if not scores.is_floating_point():
        scores = scores.double()
    if scores.dim() != 2 or scores.shape[1] < 2 or not len(scores):
        raise ValueError(
            f'Expected scores (N, C) in {where}, a row for each of one or '
            'more samples and a column for each of two or more classes, but '
            f'got the shape {tuple(scores.shape)}. Give the score of every '
            'class, not of the predicted one alone.'
        )
    return scores


def check_names(names: Sequence[str] | None, size: int, where: str) -> None:
    """Raise for names of another number of classes.

    Raises:
        ValueError: Naming both numbers.
    """
    if names is not None and (len(names) != size or len(set(names)) < size):
        got = f'{len(names)} names'
        if len(set(names)) < len(names):
            got += ', some of them twice'
        raise ValueError(
            f'Expected a name for each of the {size} classes with scores in '
            f'{where}, but got {got}. Name every class once, in the order of '
            'the scores.'
        )


def checked_counts(
    counts, names: Sequence[str] | None, size: int, where: str
) -> Tensor:
    """Training images of each class, (C,) int64.

    Raises:
        ValueError: If they are not C whole numbers >= 0, of which one is
            larger than 0.
    """
    if counts is None:
        raise ValueError(
            'Expected the training images of each class, for the many-, '
            f'medium- and few-shot classes, but {where} has no `class_counts` '
            'and none were given. Write lines of class,count into a CSV: '
            '--train-counts counts.csv (from Python `counts`).'
        )
    if isinstance(counts, Mapping):
        counts = counts_of(counts, names, '`counts`')
    values = as_numpy(counts)
    whole = values.dtype.kind in 'iu' or (
        values.dtype.kind == 'f' and (values == np.round(values)).all()
    )
    if values.shape != (size,):
        raise ValueError(
            f'Expected the training images of {size} classes, as {where} has '
            f'scores of, but got {values.size}. Give one count for each class '
            '(0 for a class without an image).'
        )
    if not whole or (values < 0).any() or not values.any():
        raise ValueError(
            'Expected training images to be whole numbers >= 0, one of them '
            f'larger than 0, but got {values.tolist()[:8]}. Count the images '
            'of the training set.'
        )
    return torch.from_numpy(values.astype(np.int64))


def rounded_to(scores: Tensor) -> int | None:
    """Decimal digits that probabilities were rounded to, None where not.

    Args:
        scores: (N, C) float64.

    Returns:
        1 to 4, if each is in [0, 1], has no more digits, and the sums are as
        near to 1 as rounding leaves them, and within 0.5.
    """
    if (scores < 0).any() or (scores > 1).any():
        return None
    off = (scores.sum(1) - 1).abs().max()
    for digits in range(1, 5):
        unit = 10.0**-digits
        whole = (scores / unit - (scores / unit).round()).abs() < 1e-3
        if whole.all():
            near = off <= min(scores.shape[1] * unit / 2, 0.5)
            return digits if near else None
    return None


def are_percent(scores: Tensor) -> bool:
    """Whether scores, (N, C) float64, are probabilities times 100."""
    shares = scores / 100
    exact = (shares >= 0).all() and ((shares.sum(1) - 1).abs() <= 1e-3).all()
    return bool(exact) or rounded_to(shares) is not None


def logits_of(scores: Tensor, kind: str, where: str) -> Tensor:
    """Scores as logits: themselves, or the logarithms of probabilities.

    Raises:
        ValueError: If the scores are not of this kind: probabilities that
            do not sum to one, logits that do, or nan.
    """
    wide = scores.double()
    bad = (wide.isnan() | (wide == torch.inf)).any(1)
    bad |= (wide == -torch.inf).all(1)
    if bad.any():
        raise ValueError(
            f'Expected {kind} without nan or inf in {where}, but '
            f'{int(bad.sum())} of {len(bad)} samples have one, the first is '
            f'sample {int(bad.nonzero()[0])}. Did the training diverge?'
        )
    half = scores.dtype in HALF
    sums_to_one = (wide.sum(1) - 1).abs() <= (1e-2 if half else 1e-3)
    distribution = sums_to_one & (wide >= 0).all(1)
    if kind == 'probabilities':
        if not distribution.all():
            row = int((~distribution).nonzero()[0])
            least, total = wide[row].min().item(), wide[row].sum().item()
            hint = (
                'If they are logits, say so: --kind logits, or '
                "kind='logits' from Python, or the name of the scores."
            )
            digits = rounded_to(wide)
            if are_percent(wide):
                hint = f'They look like percent. {DIVIDE}'
            elif digits is not None:
                hint = (
                    f'They look rounded to {digits} digits: write more of '
                    'them, or divide each row by its sum.'
                )
            raise ValueError(
                f'Expected probabilities, >= 0 and with sum 1, in {where}, '
                f'but {int((~distribution).sum())} of {len(bad)} samples are '
                f'not: sample {row} has least {least:.6g} and sum '
                f'{total:.6g}. {hint}'
            )
        return floored(scores.float() if half else scores).log()
    if distribution.all() or rounded_to(wide) is not None:
        raise ValueError(
            f'Expected logits in {where}, but every row is >= 0 and sums to '
            '1: these are probabilities. Say so: --kind probabilities, or '
            "kind='probabilities' from Python, or the name of the scores."
        )
    if are_percent(wide):
        raise ValueError(
            f'Expected logits in {where}, but every row is >= 0 and sums to '
            f'100: these are probabilities in percent. {DIVIDE}'
        )
    return scores.float() if half else scores
