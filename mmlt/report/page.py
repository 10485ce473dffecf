"""A report as Markdown, and its files: the page, tables and pictures."""

import html
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from matplotlib.figure import Figure

from mmlt.fileio import check_can_write, whole_file
from mmlt.visualization import css_svg, file_svg, theme

from .blocks import Code, Gallery, Report, Section
from .escape import code_block, markdown_text, one_line
from .html import FOLDED_ROWS, html_page
from .pictures import Panel
from .tables import Table

__all__ = [
    'Report',
    'check_report_folder',
    'draw_panels',
    'html_page',
    'markdown_page',
    'write_report',
]

# by which a page is known to be a report
FIRST_SECTIONS = ('What was run', 'What was evaluated')


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
    if isinstance(block, Gallery):
        block = block.table
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


def check_report_folder(out: Path) -> None:
    """Raise if a folder cannot be written, or holds other pages.

    Args:
        out: Folder of the report.

    Raises:
        OSError: If it cannot be written.
        ValueError: If it holds a page that is no report of ours, or other
            files and no page.
    """
    check_can_write(out, folder=True)
    pages = [n for n in ('README.md', 'index.html') if (out / n).is_file()]
    there = sorted(p.name for p in out.glob('[!.]*')) if out.is_dir() else []
    if there and not pages:
        raise ValueError(
            'Expected a new folder for the report, or that of an earlier '
            f'one, but {out} holds {", ".join(there[:3])}'
            f'{", ..." if len(there) > 3 else ""}. Name another folder with '
            '--out.'
        )
    for name in pages:
        if not is_report(out / name):
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
