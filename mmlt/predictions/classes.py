"""The classes of predictions: their names, numbers and training images."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .tables import separator

__all__ = [
    'class_numbers',
    'counts_of',
    'label_numbers',
    'read_class_names',
    'read_counts',
]

FEW = 4  # names that a message lists


def few(names: Sequence) -> str:
    """Some names, for a message."""
    more = f', ... ({len(names)})' if len(names) > FEW else ''
    return ', '.join(map(str, names[:FEW])) + more


def read_class_names(path: str | Path) -> list[str]:
    """Names of the classes, one a line.

    Args:
        path: A text file, as ``classes.txt`` of a data set.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: If it is empty, or a name is there twice.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'Expected a file with the names of the classes, but {path} is '
            'none. Write one name a line.'
        )
    lines = path.read_text(encoding='utf-8-sig').rstrip().splitlines()
    names = [line.strip() for line in lines]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not names or twice:
        got = f'{twice[0]!r} twice' if twice else 'none'
        raise ValueError(
            f'Expected {path} to hold a name of its own for each class, but '
            f'got {got}. Write one name a line, in the order of the classes.'
        )
    return names


def class_numbers(
    texts: Sequence[str], names: Sequence[str] | None, where: str
) -> list[int]:
    """The number of each of C classes that are named one by one.

    Args:
        texts: Names, or numbers from 0, in any order.
        names: C names in the order of the classes; None: numbers.
        where: They stand, for the message.

    Raises:
        ValueError: If they are not all classes, each once.
    """
    if names is None:
        wanted = [str(c) for c in range(len(texts))]
        texts = [text.lstrip('0') or '0' for text in texts]
    else:
        wanted = list(names)
    missing = [name for name in wanted if name not in set(texts)]
    unknown = [text for text in texts if text not in set(wanted)]
    if missing or unknown or len(texts) != len(wanted):
        got = [f'none for {few(missing)}'] if missing else []
        got += [f'{few(unknown)}, which is no class'] if unknown else []
        raise ValueError(
            f'Expected one entry for each of {len(wanted)} classes in '
            f'{where}, but got {" and ".join(got) or "one twice"}. '
            + (
                'Classes are numbered from 0 on; names need their order, '
                '--names FILE, or `class_names` from Python.'
                if names is None
                else 'Write the names as in the list of the classes.'
            )
        )
    place = {name: number for number, name in enumerate(wanted)}
    return [place[text] for text in texts]


def label_numbers(
    labels: np.ndarray,
    num_classes: int,
    names: Sequence[str] | None,
    where: str,
    by_name: bool = False,
) -> np.ndarray:
    """Labels as numbers of the classes.

    Args:
        labels: (N,) numbers from 0, or names, or numbers as text; of two
            classes also False and True.
        num_classes: C.
        names: C names, in the order of the classes; None: not known.
        where: They stand, for the message.
        by_name: Whether texts are names even where they could be numbers.

    Returns:
        (N,) int64.

    Raises:
        ValueError: If one is no class.
    """
    if labels.ndim != 1:
        raise ValueError(
            f'Expected labels (N,) in {where}, but got the shape '
            f'{labels.shape}. Give each sample one label (of one-hot labels '
            'the argmax).'
        )
    check_none_missing(labels, where)
    if labels.dtype.kind == 'b' and num_classes == 2:
        labels = labels.astype(np.int64)
    if labels.dtype.kind in 'OUS':
        texts = [str(label) for label in labels]
        numbers = of_texts(texts, names, where, by_name)
    elif labels.dtype.kind in 'iu' or (
        labels.dtype.kind == 'f' and (labels == labels.round()).all()
    ):
        numbers = labels.astype(np.int64)
    else:
        raise ValueError(
            f'Expected labels in {where} to be whole numbers or names, but '
            f'got {labels.dtype}. Give the number of the class, from 0.'
        )
    wrong = np.flatnonzero((numbers < 0) | (numbers >= num_classes))
    if len(wrong):
        first = int(wrong[0])
        hint = (
            'They seem to be numbered from 1: take 1 off.'
            if numbers.min() == 1 and numbers.max() == num_classes
            else 'Leave out samples of classes that have no scores.'
        )
        raise ValueError(
            f'Expected labels from 0 to {num_classes - 1} in {where}, one of '
            f'the {num_classes} classes with scores, but {len(wrong)} are '
            f'not: sample {first} has {int(numbers[first])}. {hint}'
        )
    return numbers


def check_none_missing(labels: np.ndarray, where: str) -> None:
    """See that every sample has a label.

    Args:
        labels: (N,) numbers or texts.
        where: They stand, for the message.

    Raises:
        ValueError: Naming the first that has none.
    """
    if labels.dtype.kind not in 'fOUS':
        return
    missing = [i for i, label in enumerate(labels) if is_missing(label)]
    if missing:
        raise ValueError(
            f'Expected a label for each sample of {where}, but '
            f'{len(missing)} of {len(labels)} have none, the first is sample '
            f'{missing[0]} (counted from 0). Fill it in, or leave the sample '
            'out.'
        )


def is_missing(label: Any) -> bool:
    """Whether a label is none: an empty text, None, nan or NA of pandas."""
    if isinstance(label, str):
        return not label.strip()
    return str(label) in ('None', 'nan', '<NA>')


def of_texts(
    texts: list[str],
    names: Sequence[str] | None,
    where: str,
    by_name: bool = False,
) -> np.ndarray:
    """Numbers of classes by their names, or of texts that are numbers.

    Raises:
        ValueError: If a text is neither, or could be both.
    """
    place = {name: number for number, name in enumerate(names or ())}
    different = sorted(set(texts))
    unknown = [text for text in different if text not in place]
    if not by_name and all(is_whole(text) for text in different):
        both = [
            text
            for text in different
            if place.get(text, int(float(text))) != int(float(text))
        ]
        if both:
            raise ValueError(
                f'Expected to know which class the label {both[0]} of '
                f'{where} is, but that is the number of '
                f'{few(list(names)[int(both[0]) :][:1]) or "none"} and the '
                f'name of class {place[both[0]]}. Give labels as numbers in '
                'an .npz file, or classes other names.'
            )
        return np.array([int(float(text)) for text in texts], dtype=np.int64)
    if names is None:
        raise ValueError(
            f'Expected the names of the classes, for the label '
            f'{next(t for t in different if not is_whole(t))!r} of {where}, '
            'but got none. Give them in the order of the classes: --names '
            'classes.txt, one a line (from Python class_names=[...]).'
        )
    if unknown:
        raise ValueError(
            f'Expected labels of {where} to be names of the classes '
            f'({few(list(names))}), but got {few(unknown)}. Write both alike.'
        )
    return np.array([place[text] for text in texts], dtype=np.int64)


def is_whole(text: str) -> bool:
    """Whether a text is a whole number, as '3' and '3.0'."""
    whole, _, rest = text.partition('.')
    return whole.removeprefix('-').isdecimal() and not rest.strip('0')


def read_counts(
    path: str | Path, names: Sequence[str] | None = None
) -> tuple[list[int], list[str] | None]:
    """Training images of each class, from a file.

    Args:
        path: A CSV with two columns, class and count, or one, the counts in
            the order of the classes; with a first line of names or without.
            Or JSON: a list, or an object of class to count. A class is its
            name or its number from 0.
        names: C names in the order of the classes; None: not known.

    Returns:
        The counts; and the names of the classes, where the file has them and
        they were not known.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: If it is none of these.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'Expected a file with the training images of each class, but '
            f'{path} is none. Write lines of class,count.'
        )
    text = path.read_text(encoding='utf-8-sig')
    content = from_json(text, path) if path.suffix == '.json' else None
    if content is None:
        content = from_lines(text, path)
    if isinstance(content, list):
        return content, None
    numbered = all(is_whole(name) for name in content)
    own = None
    if names is None and not numbered:
        own = names = list(content)
    if numbered and names is not None and set(content) != set(names):
        names = None  # numbers of classes that have other names
    return counts_of(content, names, str(path)), own


def counts_of(
    counts: Mapping[str, int], names: Sequence[str] | None, where: str
) -> list[int]:
    """Counts that are given by class, in the order of the classes.

    Args:
        counts: Class to count.
        names: C names, in the order of the classes; None: the classes are
            numbers from 0.
        where: They stand, for the message.

    Raises:
        ValueError: If a class is missing, or unknown.
    """
    texts = [str(name) for name in counts]
    order = class_numbers(texts, names, where)
    ordered = dict(zip(order, counts.values(), strict=True))
    return [ordered[c] for c in range(len(ordered))]


def from_json(text: str, path: Path) -> list[int] | dict[str, int]:
    """A list of counts, or an object of class to count.

    Raises:
        ValueError: If it is neither.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ValueError(
            f'Expected {path} to be JSON, but it is not ({error}). Write it '
            'again, or as CSV: lines of class,count.'
        ) from error
    values = content.values() if isinstance(content, dict) else content
    if (
        not isinstance(content, list | dict)
        or not content
        or not all(type(value) is int and value >= 0 for value in values)
    ):
        raise ValueError(
            f'Expected {path} to hold a list of counts >= 0, or an object of '
            'class to count, but it does not. Write [500, 20], or {"cat": '
            '500, "dog": 20}.'
        )
    return content


def from_lines(text: str, path: Path) -> list[int] | dict[str, int]:
    """The same from lines.

    Raises:
        ValueError: If a line has no count, or a class is there twice.
    """
    mark = separator(path, text, ())
    rows = [
        row for row in csv.reader(text.splitlines(), delimiter=mark) if row
    ]
    rows = [[cell.strip() for cell in row] for row in rows]
    # the names of the columns
    first = 1 if rows and not is_count(rows[0][-1]) else 0
    columns = {len(row) for row in rows}
    counts: dict[str, int] = {}
    for number, row in enumerate(rows[first:], first + 1):
        name = row[0] if columns == {2} else str(number - first - 1)
        if columns not in ({1}, {2}) or not is_count(row[-1]):
            raise ValueError(
                f'Expected {path} to have a class and a whole number >= 0 in '
                f'every line (class,count), but line {number} is '
                f'{mark.join(row)!r}. Write the training images of each '
                'class so.'
            )
        if name in counts:
            raise ValueError(
                f'Expected each class once in {path}, but {name!r} is there '
                f'again in line {number}. Add the two up.'
            )
        counts[name] = int(float(row[-1]))
    if not counts:
        raise ValueError(
            f'Expected {path} to hold the training images of each class, but '
            'it is empty. Write lines of class,count.'
        )
    return counts if columns == {2} else list(counts.values())


def is_count(text: str) -> bool:
    """Whether a text is a whole number >= 0."""
    return is_whole(text) and not text.startswith('-')
