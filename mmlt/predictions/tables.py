"""Predictions in a table: CSV, or Parquet."""

import csv
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

__all__ = ['Table', 'read_csv', 'read_parquet', 'separator']


class Table:
    """Columns by their names, read when they are asked for.

    Args:
        names: Of the columns, in their order.
        texts: A name to its (N,) values as they stand, texts or numbers.
        numbers: Names to (N, number of names) float64.
    """

    def __init__(
        self,
        names: list[str],
        texts: Callable[[str], np.ndarray],
        numbers: Callable[[list[str]], np.ndarray],
    ) -> None:
        self.names, self.texts, self.numbers = names, texts, numbers


def separator(path: str | Path, sample: str, others: Iterable[str]) -> str:
    """What is between the columns of a table of text.

    Args:
        path: The file. In a ``.tsv`` it is a tab.
        sample: Lines in which to count commas, semicolons and tabs.
        others: The rest of the lines. Where every line has a tab, that is
            it: names of classes have commas more often.
    """
    lines = (*sample.splitlines(), *others) if '\t' in sample else ()
    in_all = bool(lines) and all('\t' in x for x in lines if x.strip())
    if Path(path).suffix.lower() == '.tsv' or in_all:
        return '\t'
    return max(',;\t', key=sample.count)


def read_csv(path: str | Path) -> Table:
    """A table of text, its first line the names of the columns.

    Args:
        path: The file; :func:`separator` says what is between the columns.

    Raises:
        ValueError: If it is empty, or a name is there twice.
    """
    with open(path, newline='', encoding='utf-8-sig') as file:
        line = file.readline()
        mark = separator(path, line, file)
    names = [name.strip() for name in next(csv.reader([line], delimiter=mark))]
    check_names(names, path)

    def read(columns: list[str], kind: type) -> np.ndarray:
        try:
            with warnings.catch_warnings():
                # of no rows, which is said in a sentence later
                warnings.simplefilter('ignore')
                return np.loadtxt(
                    path,
                    kind,
                    comments=None,
                    delimiter=mark,
                    skiprows=1,
                    usecols=[names.index(column) for column in columns],
                    quotechar='"',
                    encoding='utf-8-sig',
                    ndmin=2,
                )
        except ValueError as error:
            raise ValueError(
                f'Expected {path} to have a number in every row of '
                f'{columns[0]} and the like, but: {error} (rows are counted '
                'from 0, without the first line). Fill or remove that row.'
            ) from error

    return Table(
        names,
        lambda name: read([name], str)[:, 0],
        lambda columns: read(columns, float),
    )


def check_names(names: list[str], path: str | Path) -> None:
    """Raise where columns cannot be told apart.

    Raises:
        ValueError: If there is none, or a name is there twice.
    """
    if names in ([], ['']):
        raise ValueError(
            f'Expected {path} to begin with the names of its columns, but '
            'its first line is empty. Write the predictions again.'
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f'Expected each column of {path} to have a name of its own, but '
            f'{twice[0]!r} is there twice. Rename one.'
        )


def read_parquet(path: str | Path) -> dict[str, np.ndarray] | Table:
    """A Parquet file, whose columns may hold a list for each row.

    Args:
        path: The file.

    Returns:
        The columns by name if one of them holds lists, (N, C) then; else a
        table.

    Raises:
        ImportError: If pyarrow is not installed.
        ValueError: If it is no Parquet file, or lists differ in length.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ImportError(
            f'Expected pyarrow to be installed, to read {path}, but it is '
            "not. Run pip install 'mmlt[parquet]' (or pip install pyarrow), "
            'or save the table as CSV.'
        ) from error
    try:
        content = parquet.read_table(path)
    except (pyarrow.ArrowException, ValueError) as error:
        raise ValueError(
            f'Expected {path} to be a Parquet file, but it is damaged or '
            f'another kind of file ({type(error).__name__}). Write it again.'
        ) from error
    names = content.column_names
    check_names(names, path)
    columns = {name: content.column(name) for name in names}
    kinds = pyarrow.types
    lists = {
        name
        for name, column in columns.items()
        if kinds.is_list(column.type)
        or kinds.is_large_list(column.type)
        or kinds.is_fixed_size_list(column.type)
    }
    if lists:
        return {
            name: matrix(column, name, path)
            if name in lists
            else plain(column)
            for name, column in columns.items()
        }

    def numbers(wanted: list[str]) -> np.ndarray:
        parts = [plain(columns[name]) for name in wanted]
        try:
            return np.stack([part.astype(float) for part in parts], 1)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f'Expected {path} to have numbers in {wanted[0]} and the '
                f'like, but: {error}. Convert the columns.'
            ) from error

    return Table(names, lambda name: plain(columns[name]), numbers)


def plain(column) -> np.ndarray:
    """A column of Arrow, (N,)."""
    return column.to_numpy()


def matrix(column, name: str, path: str | Path) -> np.ndarray:
    """A column of lists, (N, C).

    Raises:
        ValueError: If they differ in length.
    """
    rows = column.to_pylist()
    lengths = {None if row is None else len(row) for row in rows}
    if len(lengths) > 1 or None in lengths:
        raise ValueError(
            f'Expected `{name}` of {path} to have as many scores in every '
            f'row, but got {sorted(map(str, lengths))[:4]}. Give each row a '
            'score for every class.'
        )
    return np.asarray(rows)
