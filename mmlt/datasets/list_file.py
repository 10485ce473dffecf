"""Lists of images: the field's text files, and iNaturalist's JSON."""

import codecs
import json
import os
import re
from array import array

import numpy as np

from .image_table import ImageTable

__all__ = ['read_inaturalist_json', 'read_list']

IMAGE = {'id', 'file_name'}
ANNOTATION = {'image_id', 'category_id'}
WHOLE = re.compile(rb'-?[0-9]+')
# 'a.jpg 3', where the line goes on with one more number
COLUMNS = re.compile(rb'\.(jpe?g|png|bmp|ppm|webp|tiff?)\s+-?[0-9.]+$', re.I)


def read_list(path: str | os.PathLike, num_classes: int) -> ImageTable:
    """Read a text file with ``path label`` on each line.

    Convention:
        - the last word of a line is the label; a path may hold spaces.
        - UTF-8, with or without byte order mark; a name that is not UTF-8
          is kept byte for byte. Lines end as on Unix or Windows; empty ones
          are passed over.

    Args:
        path: The file.
        num_classes: C; labels are in [0, C).

    Returns:
        Names and labels in the order of the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a line has another form, or the file has no line; the
            message names the file and the line.
    """
    names, ends, labels = bytearray(), array('q'), array('q')
    with open(path, 'rb') as file:
        for number, line in enumerate(file, 1):
            if number == 1:
                line = _without_mark(line, path)
            words = line.rsplit(None, 1)
            if not words:
                continue
            label = _label(words, path, number, num_classes)
            names += words[0]
            ends.append(len(names))
            labels.append(label)
    if not labels:
        raise ValueError(
            f'Expected images in {path}, but it is empty. Download it again.'
        )
    return ImageTable(
        np.frombuffer(names, np.uint8),
        np.frombuffer(ends, np.int64),
        np.frombuffer(labels, np.int64),
    )


def _without_mark(line: bytes, path: str | os.PathLike) -> bytes:
    """First line without the byte order mark of UTF-8."""
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError(
            f'Expected {path} to be UTF-8, but it is UTF-16. Save it as UTF-8.'
        )
    return line.removeprefix(codecs.BOM_UTF8)


def _label(
    words: list[bytes],
    path: str | os.PathLike,
    number: int,
    num_classes: int,
) -> int:
    """Label of a line, checked."""
    name, label = words[0], words[-1]
    # int() would take '1_0' as 10, and '+1'
    if len(words) == 1 or not WHOLE.fullmatch(label) or b'\r' in name:
        text = b' '.join(words)[:80].decode('utf-8', 'replace')
        raise ValueError(
            f'Expected `path label` on line {number} of {path}, but got '
            f'{text!r}. Write the label, an integer, after the last space.'
        )
    if name.startswith(b'# ') or COLUMNS.search(name):
        what = 'a comment' if name.startswith(b'#') else 'another column'
        text = b' '.join(words)[:80].decode('utf-8', 'replace')
        raise ValueError(
            f'Expected `path label` on line {number} of {path}, but {text!r} '
            f'looks like {what}. Take it out.'
        )
    label = int(label)
    if 0 <= label < num_classes:
        return label
    raise ValueError(
        f'Expected labels in [0, {num_classes - 1}] for {num_classes} '
        f'classes, but line {number} of {path} has label {label} '
        f'({name.decode("utf-8", "replace")}). Check the list, or the number '
        'of classes.'
    )


def read_inaturalist_json(
    path: str | os.PathLike, num_classes: int
) -> ImageTable:
    """Read iNaturalist's own annotations (``train2018.json``).

    Args:
        path: A JSON file with ``images`` (``id``, ``file_name``) and
            ``annotations`` (``image_id``, ``category_id``).
        num_classes: C; categories are in [0, C).

    Returns:
        Names and labels in the order of ``images``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is something else, an image has no annotation or
            several, or a label is out of range.
    """
    try:
        with open(path, encoding='utf-8-sig') as file:
            content = json.load(file, object_hook=_needed)
        annotations = [_annotation(e) for e in content['annotations']]
        labels = dict(annotations)
        images = [(e['id'], e['file_name']) for e in content['images']]
        if len(labels) != len(annotations):
            raise ValueError('an image has several annotations')
        rows = [(name.encode('utf-8'), labels[key]) for key, name in images]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"Expected {path} to be iNaturalist's JSON, one annotation per "
            f'image, but it is not ({type(error).__name__}: {error}). '
            'Download it again.'
        ) from error
    checked = []
    for name, value in rows:
        label = whole_number(value)
        if label is None:
            raise ValueError(
                f'Expected categories that are whole numbers, but '
                f'{name.decode()} of {path} has {value!r}. Mend the '
                '`category_id` of its annotation.'
            )
        checked.append((name, label))
        if not 0 <= label < num_classes:
            raise ValueError(
                f'Expected categories in [0, {num_classes - 1}] for '
                f'{num_classes} classes, but {name.decode()} of {path} has '
                f'{label}. Is it the file of another year?'
            )
    if not checked:
        raise ValueError(
            f'Expected images in {path}, but it is empty. Download it again.'
        )
    names, labels = zip(*checked, strict=True)
    return ImageTable(
        np.frombuffer(b''.join(names), np.uint8),
        np.cumsum([len(name) for name in names], dtype=np.int64),
        np.asarray(labels, dtype=np.int64),
    )


def whole_number(value) -> int | None:
    """A class number that a file holds; None where it is none.

    Args:
        value: Of JSON or CSV: an integer, or one written as a text ('3') or
            as a fraction (3.0), as other programs write them.
    """
    if isinstance(value, str) and WHOLE.fullmatch(value.encode()):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value and value % 1 == 0 else None


def _annotation(entry: dict) -> tuple:
    return entry['image_id'], entry['category_id']


def _needed(entry: dict) -> dict:
    """Keep the needed keys of a JSON object; the rest is freed at once."""
    for needed in (ANNOTATION, IMAGE):
        if entry.keys() >= needed:
            return {key: entry[key] for key in needed}
    return entry
