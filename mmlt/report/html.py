"""A report as one HTML page that needs nothing else."""

import base64
import html
import re
from itertools import accumulate

from mmlt.visualization.printable import printable

from .blocks import Code, Gallery, Report, Section
from .escape import html_text, one_line
from .script import SCRIPT
from .style_sheet import style_sheet
from .tables import Sorted, Table, Value

__all__ = ['framed', 'html_page']

# more rows than this are folded, or scroll in a window of their own
FOLDED_ROWS = 30


def html_page(report: Report, drawn: dict[str, tuple[str, str]]) -> str:
    """The report as one page that needs nothing else.

    Args:
        report: What it says.
        drawn: Of :func:`~mmlt.report.draw_panels`.

    Returns:
        The text of the page, well-formed XML too.
    """
    sections = [s for s in report.sections if any(s.blocks)]
    links = ''.join(
        f'<li><a href="#{s.anchor}">{html_text(s.title)}</a></li>'
        for s in sections
    )
    body = ''.join(_section(s, drawn) for s in sections)
    script = ''
    if any(table.sortable for table in report.blocks(Table)):
        script = f'<script>//<![CDATA[{SCRIPT}//]]></script>'
    lead = f'<p>{html_text(report.summary)}</p><nav><ul>{links}</ul></nav>'
    return framed(report.title, lead, body, script)


def framed(
    title: str, lead: str, body: str, script: str = '', style: str = ''
) -> str:
    """A page that needs nothing else, around what it says.

    Args:
        title: Of the page, as text.
        lead: HTML under the title.
        body: HTML of the sections.
        script: HTML at the end.
        style: Further CSS.

    Returns:
        The text of the page.
    """
    title = html.escape(one_line(title))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, '
        f'initial-scale=1"/><title>{title}</title>'
        f'<style>{style_sheet()}{style}</style></head>\n<body><main><header>'
        f'<h1>{title}</h1>{lead}</header>\n{body}</main>{script}</body>'
        '</html>\n'
    )


def _section(section: Section, drawn: dict[str, tuple[str, str]]) -> str:
    blocks = ''.join(
        _block(block, section.title, drawn)
        for block in section.blocks
        if block is not None
    )
    return (
        f'<section><h2 id="{section.anchor}">{html_text(section.title)}</h2>'
        f'{blocks}</section>'
    )


def _block(block, above: str, drawn: dict[str, tuple[str, str]]) -> str:
    if isinstance(block, str):
        return f'<p>{html_text(block)}</p>'
    if isinstance(block, Code):
        return f'<pre tabindex="0">{html.escape(printable(block.text))}</pre>'
    if isinstance(block, Table):
        return _table(block, above)
    if isinstance(block, Gallery):
        return _gallery(block)
    width = max(panel.width for panel in block.panels)
    kind = ' wide' if width > 5 else ' four' if block.columns == 4 else ''
    panels = ''.join(
        f'<div class="panel">{drawn[panel.key][0]}</div>'
        for panel in block.panels
    )
    return (
        f'<figure><div class="panels{kind}" style="--panel:{width * 100:.0f}'
        f'px;--columns:{block.columns}">{panels}</div>'
        f'<figcaption>{html_text(block.caption)}</figcaption></figure>\n'
    )


def _gallery(gallery: Gallery) -> str:
    parts = [f'<p class="note">{html_text(gallery.note)}</p>']
    for heading, images in gallery.groups.items():
        parts.append(f'<h3>{html_text(heading)}</h3><ul class="gallery">')
        for image in images:
            data = base64.b64encode(image.jpeg).decode()
            label = html.escape(one_line(image.label))
            lines = ''.join(
                f'<span>{html_text(line)}</span>' for line in image.lines
            )
            parts.append(
                f'<li><img src="data:image/jpeg;base64,{data}" '
                f'alt="{label}" loading="lazy"/>{lines}</li>'
            )
        parts.append('</ul>\n')
    return ''.join(parts)


def _table(table: Table, above: str) -> str:
    first = (table.rows or [table.head])[0]
    numeric = [_is_number(cell) for cell in first]
    begins = {0, *accumulate(span for _, span in table.groups)} - {0}
    rows = []
    for i, (name, *cells) in enumerate(table.rows):
        kind = ' class="difference"' if i in table.differences else ''
        rows.append(
            f'<tr{kind}><th scope="row"><span>{html_text(str(name))}'
            '</span></th>'
            + ''.join(
                _cell(cell, (i, column) in table.best, column in begins)
                for column, cell in enumerate(cells, 1)
            )
            + '</tr>'
        )
    long = len(rows) > FOLDED_ROWS
    tall = ' tall' if long and table.sortable else ''
    label = html.escape(one_line(table.title))
    kind = ' class="sortable"' if table.sortable else ''
    text = (
        f'<div class="scroll{tall}" tabindex="0" role="region" '
        f'aria-label="{label}"><table{kind}><thead>'
        f'{_head(table, numeric, begins)}</thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div>'
    )
    if long and not table.sortable:
        text = f'<details><summary>{len(rows)} rows</summary>{text}</details>'
    title = (
        f'<h3>{html_text(table.title)}</h3>' if table.title != above else ''
    )
    return f'{title}<p class="note">{html_text(table.note)}</p>{text}\n'


def _head(table: Table, numeric: list[bool], begins: set[int]) -> str:
    """One row of headings, or two where columns belong together."""
    rows = ''
    owners = [name for name, span in table.groups for _ in range(span)]
    if table.groups:
        cells, at = '', 0
        for name, span in table.groups:
            edge = ' class="begins"' if at in begins else ''
            cells += (
                f'<th scope="colgroup" colspan="{span}"{edge}>'
                f'{html_text(name)}</th>'
                if name
                else f'<td colspan="{span}"></td>'
            )
            at += span
        rows = f'<tr>{cells}</tr>'
    cells = ''
    for i, (name, right) in enumerate(zip(table.head, numeric, strict=True)):
        if owners and owners[i]:
            name = name.removesuffix(f' {owners[i]}')
        words = ' '.join(['number'] * right + ['begins'] * (i in begins))
        kind = f' class="{words}"' if words else ''
        # what is sorted as a number begins with the largest
        number = isinstance(table.rows[0][i], Sorted) if table.rows else False
        data = ' data-number=""' if right or number else ''
        cells += f'<th scope="col"{kind}{data}>{html_text(name)}</th>'
    return f'{rows}<tr>{cells}</tr>'


def _cell(cell, best: bool, begins: bool) -> str:
    text = str(cell)
    words = []
    if isinstance(cell, Sorted):
        key = f' data-key="{cell.key:g}"'
    else:
        key = ''
        if _is_number(cell):
            words.append('number')
        elif len(text) > 24:
            words.append('long')
    words += ['best'] * best + ['begins'] * begins
    kind = f' class="{" ".join(words)}"' if words else ''
    return f'<td{kind}{key}>{html_text(text)}</td>'


def _is_number(cell) -> bool:
    """Whether a cell belongs on the right."""
    return isinstance(cell, Value) or bool(re.fullmatch(r'[\d,.]+', str(cell)))
