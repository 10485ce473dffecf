"""Sections of text, tables and pictures as one HTML page, or as Markdown."""

import html
import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from matplotlib.figure import Figure

from mmlt.fileio import check_can_write, whole_file
from mmlt.visualization import css_svg, file_svg, theme
from mmlt.visualization.printable import printable
from mmlt.visualization.style import FONTS, THEMES

from .escape import code_block, html_text, markdown_text, one_line
from .pictures import Panel, Picture
from .tables import Table, Value

__all__ = [
    'Report',
    'check_report_folder',
    'draw_panels',
    'html_page',
    'markdown_page',
    'write_report',
]

# more rows than this are folded on the page, and left to the CSV file in
# Markdown
FOLDED_ROWS = 30
NUMBER = ' class="number"'
# by which a page is known to be a report
FIRST_SECTIONS = ('What was run', 'What was evaluated')


@dataclass
class Code:
    """Commands."""

    text: str


@dataclass
class Section:
    """A heading and what is under it: paragraphs (str), tables, ..."""

    title: str
    blocks: list[str | Table | Picture | Code | None] = field(
        default_factory=list
    )

    @property
    def anchor(self) -> str:
        """Id of the heading."""
        return re.sub(r'\W+', '-', self.title.lower()).strip('-')


@dataclass
class Report:
    """A title, what is to be known first, and sections."""

    title: str
    summary: str
    sections: list[Section]

    def blocks(self, kind: type) -> list:
        """All blocks of a kind, in order."""
        return [b for s in self.sections for b in s.blocks if type(b) is kind]


def draw_panel(panel: Panel) -> Figure:
    """A panel as a figure whose colors are named, see ``css_svg``."""
    with theme('css'):
        figure = Figure(
            figsize=(panel.width, panel.height), layout='constrained'
        )
        panel.draw(figure)
    return figure


def draw_panels(
    panels: Iterable[Panel],
) -> dict[str, tuple[str, str]]:
    """Every panel drawn once: as part of a page, and as a file.

    Args:
        panels: Of all pictures.

    Returns:
        Key to (SVG for the page, SVG for a file, on a light ground).
    """
    drawn = {}
    for panel in panels:
        figure = draw_panel(panel)
        with theme('css'):
            drawn[panel.key] = (
                css_svg(figure, panel.label, panel.key),
                file_svg(figure, 'light'),
            )
    return drawn


# ---------------------------------------------------------------- Markdown


def markdown_page(report: Report, pictures: str, tables: str) -> str:
    """The report in Markdown.

    Args:
        report: What it says.
        pictures: Folder of the pictures, from the page.
        tables: Folder of the CSV files, from the page.

    Returns:
        The text of the page.
    """
    parts = [f'# {markdown_text(report.title)}', markdown_text(report.summary)]
    for section in report.sections:
        blocks = [b for b in section.blocks if b is not None]
        if not blocks:
            continue
        parts.append(f'## {markdown_text(section.title)}')
        for block in blocks:
            parts += _markdown(block, section.title, pictures, tables)
    return '\n\n'.join(parts) + '\n'


def _markdown(block, above: str, pictures: str, tables: str) -> list[str]:
    if isinstance(block, str):
        return [markdown_text(block)]
    if isinstance(block, Code):
        return [code_block(block.text)]
    if isinstance(block, Table):
        head = [markdown_text(block.note)]
        if block.title != above:
            head.insert(0, f'### {markdown_text(block.title)}')
        if len(block.rows) > FOLDED_ROWS:
            return [
                *head,
                f'{len(block.rows)} rows: `{tables}/{block.key}.csv`.',
            ]
        return [*head, block.markdown()]
    images = [
        f'<img src="{pictures}/{panel.key}.svg" '
        f'alt="{html.escape(one_line(panel.label))}" '
        f'width="{panel.width * 90:.0f}">'
        for panel in block.panels
    ]
    return ['\n'.join(images), markdown_text(block.caption)]


# -------------------------------------------------------------------- HTML


def html_page(report: Report, drawn: dict[str, tuple[str, str]]) -> str:
    """The report as one page that needs nothing else.

    Args:
        report: What it says.
        drawn: Of :func:`draw_panels`.

    Returns:
        The text of the page, well-formed XML too.
    """
    sections = [s for s in report.sections if any(s.blocks)]
    links = ''.join(
        f'<li><a href="#{s.anchor}">{html_text(s.title)}</a></li>'
        for s in sections
    )
    body = ''.join(
        f'<section><h2 id="{s.anchor}">{html_text(s.title)}</h2>'
        + ''.join(_html(b, s.title, drawn) for b in s.blocks if b is not None)
        + '</section>'
        for s in sections
    )
    title = html.escape(one_line(report.title))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, '
        f'initial-scale=1"/><title>{title}</title>'
        f'<style>{style_sheet()}</style></head>\n<body><main><header>'
        f'<h1>{title}</h1><p>{html_text(report.summary)}</p><nav><ul>{links}'
        f'</ul></nav></header>\n{body}</main></body></html>\n'
    )


def _html(block, above: str, drawn: dict[str, tuple[str, str]]) -> str:
    if isinstance(block, str):
        return f'<p>{html_text(block)}</p>'
    if isinstance(block, Code):
        return f'<pre tabindex="0">{html.escape(printable(block.text))}</pre>'
    if isinstance(block, Table):
        return _html_table(block, above)
    width = max(panel.width for panel in block.panels)
    kind = ' wide' if width > 5 else ' four' if block.columns == 4 else ''
    panels = ''.join(
        f'<div class="panel">{drawn[panel.key][0]}</div>'
        for panel in block.panels
    )
    return (
        f'<figure><div class="panels{kind}" style="--panel:{width * 100:.0f}'
        f'px;--columns:{block.columns}">{panels}</div><figcaption>{html_text(block.caption)}</figcaption>'
        '</figure>\n'
    )


def _html_table(table: Table, above: str) -> str:
    numeric = [_is_number(c) for c in (table.rows or [table.head])[0]]
    head = ''.join(
        f'<th scope="col"{NUMBER if right else ""}>{html_text(name)}</th>'
        for name, right in zip(table.head, numeric, strict=True)
    )
    rows = []
    for i, (name, *cells) in enumerate(table.rows):
        kind = ' class="difference"' if i in table.differences else ''
        rows.append(
            f'<tr{kind}><th scope="row"><span>{html_text(str(name))}'
            '</span></th>'
            + ''.join(_html_cell(cell) for cell in cells)
            + '</tr>'
        )
    text = (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr>'
        f'</thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
    if len(rows) > FOLDED_ROWS:
        text = f'<details><summary>{len(rows)} rows</summary>{text}</details>'
    title = (
        f'<h3>{html_text(table.title)}</h3>' if table.title != above else ''
    )
    return f'{title}<p class="note">{html_text(table.note)}</p>{text}\n'


def _html_cell(cell) -> str:
    text = str(cell)
    kind = NUMBER if _is_number(cell) else ''
    if len(text) > 24:
        kind = ' class="long"'
    return f'<td{kind}>{html_text(str(cell))}</td>'


def _is_number(cell) -> bool:
    """Whether a cell belongs on the right."""
    return isinstance(cell, Value) or bool(re.fullmatch(r'[\d,.]+', cell))


def style_sheet() -> str:
    """CSS of the page: light, and dark where the reader asks for it."""

    def colors(name: str) -> str:
        return ';'.join(f'--{k}:{v}' for k, v in THEMES[name].items())

    return f"""
:root{{color-scheme:light dark;{colors('light')};--box:#f4f5f7}}
@media (prefers-color-scheme:dark){{
:root{{{colors('dark')};--box:#1f2227}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%}}
body{{margin:0;background:var(--surface);color:var(--ink);
font:16px/1.5 {FONTS}}}
main{{max-width:1320px;margin:0 auto;padding:24px 16px 64px}}
h1{{font-size:1.6rem;line-height:1.25;margin:0 0 12px}}
h2{{font-size:1.25rem;margin:48px 0 8px;padding-top:16px;
border-top:1px solid var(--grid)}}
h3{{font-size:1rem;margin:28px 0 4px}}
p,figcaption{{max-width:72ch;margin:0 0 12px}}
figcaption,.note{{color:var(--muted);font-size:.875rem}}
p,td,th,figcaption,li{{overflow-wrap:anywhere}}
a{{color:var(--run0)}}
nav ul{{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;
padding:0;margin:16px 0 0}}
code,pre{{font:.85em/1.5 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',
monospace}}
pre{{background:var(--box);padding:12px;overflow-x:auto;border-radius:6px}}
.scroll{{overflow-x:auto;margin:8px 0 12px}}
table{{border-collapse:separate;border-spacing:0;font-size:.9rem;
font-variant-numeric:tabular-nums}}
th,td{{padding:5px 12px;text-align:left;white-space:nowrap;
overflow-wrap:normal}}
thead th{{color:var(--muted);font-weight:500;
border-bottom:1px solid var(--muted)}}
tbody tr:not(.difference)>*{{border-top:1px solid var(--grid)}}
th[scope=row]{{font-weight:600;position:sticky;left:0;
background:var(--surface)}}
th.number,td.number{{text-align:right}}
td.long{{white-space:normal;min-width:24ch;max-width:32ch}}
.difference>*{{color:var(--muted);font-weight:400;font-size:.85rem;
padding-top:0}}
.difference th{{padding-left:24px}}
summary{{cursor:pointer}}
figure{{margin:20px 0 28px}}
.panels{{display:grid;gap:16px;
max-width:calc(var(--columns)*var(--panel)*1.25);
grid-template-columns:repeat(auto-fill,minmax(min(100%,max(
calc(var(--panel)*.82),
calc((100% - (var(--columns) - 1)*16px)/var(--columns)))),1fr))}}
@media (max-width:1240px){{.four{{grid-template-columns:
repeat(2,minmax(0,1fr))}}}}
@media (max-width:640px){{.four{{grid-template-columns:minmax(0,1fr)}}
th[scope=row] span{{display:inline-block;width:max-content;max-width:36vw;
white-space:normal;overflow-wrap:anywhere}}
.difference th{{padding-left:12px}}}}
.wide{{overflow-x:auto}}
.wide .panel{{min-width:calc(var(--panel)*.8)}}
svg{{display:block;width:100%;height:auto}}
@media print{{main{{max-width:none}}section{{break-inside:auto}}
figure,tr{{break-inside:avoid}}}}
""".replace('\n', '')


def check_report_folder(out: Path) -> None:
    """Raise if a folder cannot be written, or holds other pages.

    Args:
        out: Folder of the report.

    Raises:
        OSError: If it cannot be written.
        ValueError: If it holds a page that is no report of ours.
    """
    check_can_write(out, folder=True)
    for name in ('README.md', 'index.html'):
        if (out / name).is_file() and not is_report(out / name):
            raise ValueError(
                'Expected a new folder for the report, or that of an earlier '
                f'one, but {out} holds another {name}, which would be lost. '
                'Name another folder with --out.'
            )


def is_report(page: Path) -> bool:
    """Whether a page was written by :func:`write_report`."""
    text = page.read_text(encoding='utf-8', errors='replace')
    return any(
        f'\n## {title}\n' in text
        or f'<h2 id="{Section(title).anchor}">' in text
        for title in FIRST_SECTIONS
    )


def write_report(
    report: Report,
    out: Path,
    drawn: dict[str, tuple[str, str]],
    more: dict[Path, str] | None = None,
) -> list[Path]:
    """Write the page, the Markdown, the tables and the pictures.

    All of it or nothing: an earlier report stays as it was where anything
    goes wrong, and leaves nothing behind where it does not.

    Args:
        report: What it says.
        out: Folder; made where it is not there.
        drawn: Of :func:`draw_panels`.
        more: Further files and their text.

    Returns:
        The files: ``index.html``, ``README.md``, ``tables/*.csv``,
        ``pictures/*.svg``, and the further ones.

    Raises:
        OSError: If the folder cannot be written.
        ValueError: If it holds a page that is no report of ours.
    """
    check_report_folder(out)
    files = {
        out / 'index.html': html_page(report, drawn),
        out / 'README.md': markdown_page(report, 'pictures', 'tables'),
    }
    for table in report.blocks(Table):
        files[out / 'tables' / f'{table.key}.csv'] = table.csv()
    for key, (_, text) in drawn.items():
        files[out / 'pictures' / f'{key}.svg'] = text
    files |= more or {}
    before = {
        path
        for pattern in ('tables/*.csv', 'pictures/*.svg', 'numbers/*.json')
        for path in out.glob(pattern)
        if (out / 'README.md').is_file()
    }
    with ExitStack() as stack:
        for path, text in files.items():
            draft = stack.enter_context(whole_file(path))
            draft.write_text(text, encoding='utf-8')
    for path in before - files.keys():
        path.unlink()
    return list(files)
