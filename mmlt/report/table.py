"""Rows of numbers as text, Markdown, CSV or JSON, and in a page."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmlt.fileio import check_can_write, json_text, whole_file

from .escape import csv_cell, markdown_text

__all__ = ['check_table_path', 'markdown_table', 'shown', 'write_table']

FORMATS = ('.md', '.csv', '.json')


def check_table_path(path: str | Path) -> None:
    """Raise if a file has another ending, or cannot be written.

    Raises:
        ValueError: Naming the formats.
        OSError: If it cannot be written.
    """
    if Path(path).suffix not in FORMATS:
        raise ValueError(
            f'Expected a file that ends with one of {list(FORMATS)}, but got '
            f'{path}. '
            'Rename it: the ending is the format.'
        )
    check_can_write(path)


def shown(value, digits: int = 2) -> str:
    """A cell: numbers rounded, a dash for nan."""
    if isinstance(value, float):
        return '-' if math.isnan(value) else f'{value:.{digits}f}'
    return str(value)


def markdown_lines(
    head: Sequence[str], rows: Sequence[Sequence[str]], rule: Sequence[str]
) -> str:
    """Cells as a Markdown table; every table of this project is one of these.

    Args:
        head: Names of the columns.
        rows: Text of the cells.
        rule: What stands between the bars of the second line: '---', '--:'.
    """
    lines = ['| ' + ' | '.join(cells) + ' |' for cells in (head, *rows)]
    return '\n'.join([lines[0], '|' + '|'.join(rule) + '|', *lines[1:]])


def csv_text(head: Sequence[str], rows: Iterable[Sequence]) -> str:
    """Cells as CSV, a line each; none of them is a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator='\n')
    writer.writerows([*map(csv_cell, row)] for row in (head, *rows))
    return buffer.getvalue()


def markdown_table(rows: list[dict]) -> str:
    """Rows of one set of keys as a Markdown table, columns aligned."""
    names = list(rows[0])
    numeric = [isinstance(rows[0][name], float) for name in names]
    lines = [names, *([shown(row[name]) for name in names] for row in rows)]
    cells = [[*map(markdown_text, line)] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    head, *lines = [
        [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        for line in cells
    ]
    rule = [
        '-' * (width + 1) + (':' if right else '-')
        for width, right in zip(widths, numeric, strict=True)
    ]
    return markdown_lines(head, lines, rule)


def print_table(rows: list[dict], facts: dict | None = None) -> None:
    """Print rows as a Markdown table, and what they are of below it."""
    print(markdown_table(rows))
    for key, value in (facts or {}).items():
        print(f'{key}: {value}')


def write_table(path: str | Path, rows: list[dict], facts: dict) -> None:
    """Write rows, in the format of the file's ending.

    Args:
        path: Ends with .md, .csv or .json.
        rows: Dicts of the same keys.
        facts: What they are of; the JSON and the Markdown hold it.

    Raises:
        ValueError: If the ending is not one of these.
    """
    check_table_path(path)
    path = Path(path)
    if path.suffix == '.json':
        text = json_text({**facts, 'rows': rows}, indent=2) + '\n'
    elif path.suffix == '.csv':
        text = csv_text(list(rows[0]), [list(r.values()) for r in rows])
    else:
        lines = [
            markdown_text(f'- {key}: {value}') for key, value in facts.items()
        ]
        text = '\n'.join([markdown_table(rows), '', *lines, ''])
    with whole_file(path) as draft:
        draft.write_text(text)


def between_marks(text: str, begin: str, end: str, new: str) -> str:
    """A page with something else between its marks.

    Args:
        text: The page.
        begin: The first mark.
        end: The second.
        new: What is to stand between them; it brings its own line ends.

    Raises:
        ValueError: If a mark is missing, or they stand the wrong way round.
    """
    before, found, rest = text.partition(begin)
    if not found or end not in rest:
        raise ValueError(
            f'Expected the page to hold {begin} and, after it, {end}, but it '
            'does not. Put both where the table belongs.'
        )
    return f'{before}{begin}{new}{end}{rest.partition(end)[2]}'
