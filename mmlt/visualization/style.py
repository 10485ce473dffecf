"""Colors, letters and files of all pictures."""

import io
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from .fonts import font_families, missing_letters_once
from .printable import printable

__all__ = ['css_svg', 'file_svg', 'save_figure', 'side_by_side', 'theme']

# Okabe and Ito's colors, which people with any common color blindness can
# tell apart, a step darker or lighter where the ground asks for it
THEMES = {
    'light': {
        'ink': '#1c1e21',
        'muted': '#5f6670',
        'grid': '#d9dce1',
        'surface': '#ffffff',
        'run0': '#0072b2',
        'run1': '#d55e00',
        'run2': '#008f6a',
        'run3': '#b5528f',
        'run4': '#a87500',
        'run5': '#3a92c4',
        'run6': '#5b5f66',
        'run7': '#7a5cc0',
    },
    'dark': {
        'ink': '#e8eaed',
        'muted': '#a3aab4',
        'grid': '#3a3f47',
        'surface': '#16181c',
        'run0': '#4fa8e0',
        'run1': '#f08038',
        'run2': '#2fbf97',
        'run3': '#dd8fbd',
        'run4': '#e0ae3c',
        'run5': '#86c8ee',
        'run6': '#b4bac3',
        'run7': '#b19ce8',
    },
}
# stands for colors that a web page names: replaced in css_svg()
THEMES['css'] = {
    role: f'#f1e2{position:02x}'
    for position, role in enumerate(THEMES['light'])
}
MARKERS = 'osD^vPX*'
# letters stay letters, and the same figure gives the same file
IN_FILES = {
    'pdf.fonttype': 42,
    'svg.fonttype': 'none',
    'svg.hashsalt': 'mmlt',
}
FORMATS = ('.png', '.svg', '.pdf')
FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, "
    "'DejaVu Sans', sans-serif"
)

_colors = THEMES['light']


def theme_color(role: str) -> str:
    """Color of a role ('ink', 'muted', 'run0', ...) in the theme in use."""
    return _colors[role]


def run_style(position: int) -> dict[str, str]:
    """Color and marker of the run at a position, told apart by either."""
    return {
        'color': theme_color(f'run{position % 8}'),
        'marker': MARKERS[position % len(MARKERS)],
    }


@contextmanager
def theme(name: str = 'light') -> Iterator[None]:
    """Draw what is drawn inside in a theme.

    Args:
        name: 'light', 'dark', or 'css', for a figure that
            :func:`css_svg` writes.

    Raises:
        ValueError: If there is no such theme.
    """
    global _colors
    if name not in THEMES:
        raise ValueError(
            f'Expected `theme` to be one of {list(THEMES)}, but got {name!r}. '
            'Choose one of the list.'
        )
    before, _colors = _colors, THEMES[name]
    ink, muted = theme_color('ink'), theme_color('muted')
    try:
        with mpl.rc_context(
            {
                'axes.axisbelow': True,
                'axes.edgecolor': muted,
                'axes.facecolor': 'none',
                'axes.grid': True,
                'axes.grid.axis': 'y',
                'axes.labelcolor': muted,
                'axes.labelsize': 8.5,
                'axes.linewidth': 0.6,
                'axes.spines.right': False,
                'axes.spines.top': False,
                'axes.titlecolor': ink,
                'axes.titlelocation': 'left',
                'axes.titlesize': 9.5,
                'axes.titleweight': 'bold',
                'figure.dpi': 150,
                'figure.facecolor': theme_color('surface'),
                'font.family': font_families(),
                'font.size': 8.5,
                'grid.color': theme_color('grid'),
                'grid.linewidth': 0.6,
                'legend.borderaxespad': 0.2,
                'legend.fontsize': 8.5,
                'legend.frameon': False,
                'legend.handlelength': 1.2,
                'legend.handletextpad': 0.5,
                'lines.linewidth': 1.6,
                'lines.markersize': 4.5,
                'savefig.dpi': 150,
                'text.color': ink,
                'text.parse_math': False,  # a name may hold a $
                'xtick.color': muted,
                'xtick.labelsize': 8,
                'xtick.major.size': 2.5,
                'xtick.major.width': 0.6,
                'ytick.color': muted,
                'ytick.labelsize': 8,
                'ytick.major.size': 0,
            }
        ):
            yield
    finally:
        _colors = before


def make_figure(
    figure: Figure | SubFigure | None, width: float = 3.6, height: float = 3.2
) -> Figure | SubFigure:
    """The figure to draw in: the one given, or a new one (inches)."""
    if figure is not None:
        return figure
    return Figure(figsize=(width, height), layout='constrained')


def inches_wide(figure: Figure | SubFigure) -> float:
    """Width of a figure or of a part of one."""
    return figure.bbox.width / figure.dpi


def fitted_title(text: str, figure: Figure | SubFigure) -> str:
    """A title in lines that are no wider than the figure."""
    letters = int((inches_wide(figure) - 0.5) / 0.085)
    return textwrap.fill(text, max(letters, 12))


def legend_name(name: str) -> str:
    """A name as the legend takes it: matplotlib hides those with a _."""
    return f' {name}' if name.startswith('_') else name


def legend_above(
    figure: Figure | SubFigure,
    axes: Axes,
    title: str | None = None,
    handles: Sequence[Artist] | None = None,
) -> None:
    """A legend above all, in as many columns as its longest name leaves."""
    if handles is None:
        handles = axes.get_legend_handles_labels()[0]
    names = [handle.get_label() for handle in handles]
    if not names:
        return
    widest = 0.45 + 0.068 * max(map(len, names))
    fit = int(inches_wide(figure) / widest)
    figure.legend(
        handles,
        names,
        loc='outside upper left',
        ncols=max(1, min(3, fit, len(names))),
        labelspacing=0.25,
        title=title,
        alignment='left',
    )


def side_by_side(
    draws: Sequence[Callable[[SubFigure], object]],
    columns: int | None = None,
    width: float = 3.6,
    height: float = 3.2,
) -> Figure:
    """One figure of several panels.

    Args:
        draws: What draws each panel, into the figure it is given.
        columns: Panels in a row; None puts up to three.
        width: Of a panel, inches.
        height: Of a panel, inches.

    Returns:
        The figure.

    Raises:
        ValueError: If there is no panel.
    """
    if not draws:
        raise ValueError(
            'Expected at least one panel to draw, but got none. Has the run '
            'any numbers?'
        )
    columns = min(columns or 3, len(draws))
    rows = -(-len(draws) // columns)
    figure = Figure(
        figsize=(width * columns, height * rows), layout='constrained'
    )
    parts = figure.subfigures(rows, columns, squeeze=False).flat
    for draw, part in zip(draws, parts, strict=False):
        part.set_facecolor('none')
        draw(part)
    return figure


def check_picture_path(path: str | Path) -> Path:
    """Raise if a file name does not end as that of a picture.

    Raises:
        ValueError: If the ending is not .png, .svg or .pdf.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(
            f'Expected a picture to end in one of {", ".join(FORMATS)}, but '
            f'got {str(path)!r}. Rename it: the ending is the format.'
        )
    return path


def save_figure(
    figure: Figure, path: str | Path, dpi: float | None = None
) -> Path:
    """Write a figure as PNG, SVG or PDF, by the ending of the file.

    The same figure gives the same bytes: no date is written.

    Args:
        figure: The figure.
        path: File; its folder is made.
        dpi: Pixels per inch of a PNG; 150 for None.

    Returns:
        The path.

    Raises:
        ValueError: If the ending is not one of these.
    """
    path = check_picture_path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = path.suffix.lower()[1:]
    if kind == 'svg':
        path.write_text(_svg(figure), encoding='utf-8')
        return path
    none = {'png': 'Software', 'pdf': 'CreationDate'}[kind]
    with mpl.rc_context(IN_FILES), missing_letters_once():
        figure.savefig(path, format=kind, dpi=dpi, metadata={none: None})
    return path


def css_svg(figure: Figure, label: str, key: str = '') -> str:
    """A figure drawn in the theme 'css', as SVG for inside a web page.

    Colors become ``var(--ink)``, ``var(--run0)``, ...; the page says what
    they are.

    Args:
        figure: The figure.
        label: What the picture shows, for those who cannot see it.
        key: Prefix of the ids inside, unique on the page.

    Returns:
        The ``<svg>`` element alone.
    """
    figure.set_facecolor('none')
    text = _svg(figure)
    for role, value in THEMES['css'].items():
        text = text.replace(value, f'var(--{role})')
    text = text[text.index('<svg') :]
    prefix = re.sub(r'\W+', '-', key or label).strip('-').lower()
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = text.replace('url(#', f'url(#{prefix}-')
    text = text.replace('xlink:href="#', f'href="#{prefix}-')
    text = text.replace('xlink:href=', 'href=')
    root, rest = text.split('>', 1)
    root = re.sub(r' (xmlns(:xlink)?|version|width|height)="[^"]*"', '', root)
    label = escape(printable(label), quote=True)
    root = root.replace('<svg', f'<svg role="img" aria-label="{label}"', 1)
    return f'{root}>{rest}'.strip()


def file_svg(figure: Figure, name: str = 'light') -> str:
    """A figure drawn in the theme 'css', as an SVG file in another theme.

    Args:
        figure: The figure.
        name: 'light' or 'dark'.

    Returns:
        The text of the file.
    """
    figure.set_facecolor(THEMES['css']['surface'])
    text = _svg(figure)
    for role, value in THEMES['css'].items():
        text = text.replace(value, THEMES[name][role])
    return text


def _svg(figure: Figure) -> str:
    file = io.StringIO()
    with mpl.rc_context(IN_FILES), missing_letters_once(tell=False):
        figure.savefig(file, format='svg', metadata={'Date': None})
    text = printable(file.getvalue())
    text = re.sub(r'<metadata>.*?</metadata>\s*', '', text, flags=re.S)
    # once for the picture, and with the letters of the reader's machine
    text = re.sub(r' font-family: [^;"]*;?', '', text)
    text = re.sub(
        r'<defs>\s*<style.*?</style>\s*</defs>\s*', '', text, flags=re.S
    )
    text = re.sub(r' transform="rotate\(-?0 [^)]*\)"', '', text)
    # the hundredth of a point, and what all points of a cloud share once
    text = re.sub(r'(\d\.\d\d)\d+', r'\1', text)
    text = re.sub(r'\s*\n\s*', '\n', text)
    text = re.sub(
        r'<g clip-path="[^"]*">\n(?:<use [^>]*/>\n)+</g>', _share_style, text
    )
    style = f'font-family="{FONTS}" stroke-linejoin="round"'
    return text.replace('<svg ', f'<svg {style} ', 1)


def _share_style(group: re.Match) -> str:
    styles = set(re.findall(r' (style="[^"]*")/>', group[0]))
    if len(styles) != 1:
        return group[0]
    style = styles.pop()
    return group[0].replace(f' {style}', '').replace('<g', f'<g {style}', 1)
