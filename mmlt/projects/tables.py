"""Tables of paths and labels: .csv, .tsv, .jsonl and .parquet."""

import csv
import importlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ['read_table']

SHOWN = 3  # rows that a message names

# the usual names, the first that is there
PATHS = (
    'path', 'file_name', 'filename', 'file', 'filepath', 'file_path',
    'image_path', 'img_path', 'image', 'img',
)  # fmt: skip
LABELS = (
    'label', 'class', 'class_name', 'category', 'target', 'species', 'labels',
)  # fmt: skip


def read_table(
    table: Path,
    path_column: str | None = None,
    label_column: str | None = None,
) -> Iterator[tuple[int, str, str, str]]:
    """Rows of a table.

    Convention: names of columns are compared without regard to case. A
    column called ``split`` is read where there is one. Numbers are labels as
    they are written; 3.0, as some programs write 3, is 3.

    Args:
        table: The file.
        path_column: Name of the column of paths; None: one of the usual.
        label_column: Name of the column of labels; None: one of the usual.

    Yields:
        Number of the row (from 1; of a line for text), path, label, split
        ('' for none).

    Raises:
        ImportError: If reading .parquet needs pyarrow.
        ValueError: If a column is missing, or a row lacks a value.
    """
    reader = {
        '.csv': _csv_rows,
        '.tsv': _csv_rows,
        '.jsonl': _json_rows,
        '.parquet': _parquet_rows,
    }[table.suffix.lower()]
    columns: tuple[str, str, str | None] | None = None
    lacking: list[tuple[str, int]] = []
    for number, row in reader(table):
        if columns is None:
            columns = (
                _column(table, row, path_column, PATHS, 'path'),
                _column(table, row, label_column, LABELS, 'label'),
                next((key for key in row if key.lower() == 'split'), None),
            )
        path, label, split = (
            _text(row.get(key)) if key else '' for key in columns
        )
        if not path or not label:
            lacking.append((columns[1] if path else columns[0], number))
            continue
        yield number, path, label, split
    if lacking:
        lacks, first = lacking[0]
        others = [str(number) for _, number in lacking[1:]]
        shown = ', '.join(others[:SHOWN]) + ', ...' * (len(others) > SHOWN)
        more = f', and so have {len(others)} more ({shown})' if others else ''
        raise ValueError(
            f'Expected a value of `{lacks}` in every row, but row {first} of '
            f'{table} has none{more}. Fill it, or take the row out.'
        )
    if columns is None:
        raise ValueError(
            f'Expected rows in {table}, but it has none. Write a line with '
            'the names of the columns, path,label, and one for each image.'
        )


def _column(
    table: Path,
    row: dict[str, Any],
    named: str | None,
    usual: Sequence[str],
    kind: str,
) -> str:
    """Name of a column as the table writes it."""
    lower = {key.lower(): key for key in reversed(row)}
    wanted = [named.lower()] if named else usual
    found = next((lower[name] for name in wanted if name in lower), None)
    if found is None:
        names = f'`{named}`' if named else ', '.join(usual)
        raise ValueError(
            f'Expected a column {names} in {table}, but it has '
            f'{", ".join(row)}. Name that of the {kind}s with '
            f'`--{kind}-column`; if these are no names of columns, write '
            'such a line before the first.'
        )
    if isinstance(row[found], dict):
        raise ValueError(
            f'Expected paths in `{found}` of {table}, but it holds the '
            'images themselves. Write them into files, one folder per class.'
        )
    return found


def _text(value: Any) -> str:
    """A value as the text that a person would write."""
    if value is None or value != value:
        return ''
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _csv_rows(table: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = table.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise ValueError(
            f'Expected {table} to be text in UTF-8, but it is not ({error}). '
            'Save it as UTF-8.'
        ) from error
    head = text.partition('\n')[0]
    # a spreadsheet of a country with decimal commas writes semicolons
    delimiter = max(',;\t', key=head.count)
    reader = csv.reader(io.StringIO(text, newline=''), delimiter=delimiter)
    columns: list[str] = []
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if not columns:
            columns = [cell.strip() for cell in row]
            continue
        if len(row) != len(columns):
            raise ValueError(
                f'Expected {len(columns)} columns in every row of {table}, '
                f'but row {reader.line_num} has {len(row)}. Put a value '
                'that holds the delimiter in quotation marks.'
            )
        yield reader.line_num, dict(zip(columns, row, strict=True))


def _json_rows(table: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with table.open(encoding='utf-8-sig') as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ValueError(
                    f'Expected JSON on every line of {table}, but line '
                    f'{number} is none ({error}). Correct it.'
                ) from error
            if not isinstance(row, dict):
                raise ValueError(
                    f'Expected an object on every line of {table}, but line '
                    f'{number} is {str(row)[:40]!r}. Write {{"file_name": '
                    '"a.jpg", "label": "cat"}.'
                )
            yield number, row


def _parquet_rows(table: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        parquet = importlib.import_module('pyarrow.parquet')
    except ImportError as error:
        raise ImportError(
            f'Expected pyarrow to read {table}, but it is not installed. '
            'Install it with pip install pyarrow, or save the table as CSV.'
        ) from error
    try:
        file = parquet.ParquetFile(table)
        number = 0
        for batch in file.iter_batches():
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (OSError, ValueError) as error:
        raise ValueError(
            f'Expected {table} to be a Parquet file, but it cannot be read '
            f'({error}). Write it again, or save the table as CSV.'
        ) from error
