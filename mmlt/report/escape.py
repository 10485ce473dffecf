"""Text that others chose (names of classes, runs, files), made harmless.

It comes from configs, checkpoints and command lines, and a report is read in
browsers, on code hosts and in spreadsheets.
"""

import html
import re

from mmlt.visualization.printable import printable

__all__ = ['code_block', 'csv_cell', 'html_text', 'markdown_text', 'one_line']

# a word that may not fit into a column of a telephone
LONG = re.compile(r'[^\s`]{16,}')
# the marks of our own sentences; whatever else has a backtick is escaped
CODE = re.compile(r'(?<![`\\])(`[\w ./,:=()*+@-]+`)(?!`)')


def one_line(text: str) -> str:
    """Printable text on one line."""
    return re.sub(r'[\t\n]+', ' ', printable(text))


def html_text(text: str) -> str:
    """Text for HTML and XML; `code` is marked.

    A long word, such as the path of a run, may be broken after its signs.
    """
    escaped = LONG.sub(_breakable, html.escape(one_line(text)))
    return re.sub(r'`([^`]+)`', r'<code>\1</code>', escaped)


def _breakable(word: re.Match) -> str:
    return re.sub(r'(?<=\w)([/_+=@]+)(?=\w)', r'\1<wbr/>', word[0])


def markdown_text(text: str) -> str:
    """Text for a paragraph, a heading or a cell of Markdown.

    It reads as it was written: no HTML, no link, no formula, no new line and
    no new column comes of it. `code` of our own sentences stays.
    """
    parts = CODE.split(one_line(text))
    return ''.join(
        part if i % 2 else _markdown_plain(part)
        for i, part in enumerate(parts)
    )


def _markdown_plain(text: str) -> str:
    text = re.sub(r'&(?=#?\w)', '&amp;', text)
    text = text.replace('<', '&lt;').replace('>', '&gt;')
    text = text.replace('\\', '&#92;').replace('`', '&#96;')
    text = text.replace('](', ']\\(')
    return re.sub(r'([*|$]|(?<![^\W_])_|_(?![^\W_]))', r'\\\1', text)


def code_block(text: str) -> str:
    """Printable lines as a block of code that none of them can end."""
    longest = max(map(len, re.findall('`+', text)), default=0)
    fence = '`' * max(3, longest + 1)
    return f'{fence}\n{printable(text)}\n{fence}'


def csv_cell(cell):
    """A cell that no spreadsheet takes for a formula.

    A text that begins like one gets an apostrophe in front; a number does
    not, and nor does a lone sign.
    """
    if not isinstance(cell, str):
        return cell
    cell = one_line(cell)
    if not re.match(r'\s*[=+@-].', cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
