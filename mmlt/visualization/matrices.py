from collections.abc import Sequence

import numpy as np
from matplotlib import rcParams
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure, SubFigure

from .style import fitted_title, make_figure, theme_color

__all__ = ['confusion_matrix', 'largest_mistake', 'overlap_matrix']

# more classes than this: no numbers in the cells
WRITTEN_CLASSES = 15
# more than this: no names beside them
NAMED_CLASSES = 30
LONGEST = 18  # letters of a name
# of the pixels of larger matrices, whose theme cannot be changed later
PIXEL_HUE = '#2584c8'


def confusion_matrix(
    percent: Sequence[Sequence[float]],
    names: Sequence[str] | None = None,
    title: str = '',
    figure: Figure | SubFigure | None = None,
    full: float | None = None,
) -> Figure | SubFigure:
    """What images of each class are taken for, in percent of the class.

    With up to 30 classes the right ones, on the diagonal, have one color and
    the mistakes another, full at the largest of them: the few that matter are
    seen.

    Args:
        percent: (C, C) in [0, 100]; a row is the true class and sums to 100,
            a column the predicted one.
        names: (C,) names of the classes; their numbers for None.
        title: Above the matrix.
        figure: Where to draw; a new figure for None.
        full: Percent at which a mistake has its full color, to compare
            matrices; None for the :func:`largest_mistake` of this one.

    Returns:
        The figure.

    Raises:
        ValueError: If the numbers are shares.
    """
    percent = _in_percent(percent)
    return _matrix(
        percent,
        (0, 100),
        'predicted class',
        'true class',
        names,
        title,
        figure,
        mistakes=largest_mistake(percent) if full is None else full,
    )


def largest_mistake(percent: Sequence[Sequence[float]]) -> float:
    """Largest number beside the diagonal, 10 at least.

    Args:
        percent: (C, C).
    """
    percent = np.asarray(percent)
    beside = percent[~np.eye(len(percent), dtype=bool)]
    return float(np.nanmax([10.0, *beside]))


def overlap_matrix(
    percent: Sequence[Sequence[float]],
    names: Sequence[str] | None = None,
    title: str = '',
    limits: tuple[float, float] | None = None,
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Overlap of the distributions of each two classes, in percent.

    A class's overlap with itself, always 100, is left blank.

    Args:
        percent: (C, C) in (0, 100], 100 times
            :func:`~mmlt.functional.vmf_overlap`; row i, column j is
            1 / (1 + KL(i||j)).
        names: (C,) names of the classes; their numbers for None.
        title: Above the matrix.
        limits: Percent without color and with the full color; None: the
            least and the largest of this matrix.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.

    Raises:
        ValueError: If the numbers are shares.
    """
    shown = _in_percent(percent)
    np.fill_diagonal(shown, np.nan)
    if limits is None:
        several = len(shown) > 1
        limits = (np.nanmin(shown), np.nanmax(shown)) if several else (0, 100)
    difference = limits[1] - limits[0]
    digits = 0 if difference >= 10 else 1 if difference >= 1 else 2
    return _matrix(
        shown, limits, 'class j', 'class i', names, title, figure, digits
    )


def _in_percent(percent: Sequence[Sequence[float]]) -> np.ndarray:
    """A copy, checked: in each matrix some number is above 1 percent."""
    values = np.array(percent, dtype=float)
    largest = np.nanmax(values, initial=0)
    if 0 < largest <= 1.0001:
        raise ValueError(
            'Expected the numbers of a matrix in percent, but the largest is '
            f'{largest:.4g}. (Shares? Pass `mmlt.functional.percent(shares)`.)'
        )
    return values


def _matrix(
    percent: np.ndarray,
    limits: tuple[float, float],
    xlabel: str,
    ylabel: str,
    names: Sequence[str] | None,
    title: str,
    figure: Figure | SubFigure | None,
    digits: int = 0,
    mistakes: float | None = None,
) -> Figure | SubFigure:
    size = len(percent)
    figure = make_figure(figure, 4.2, 4.0)
    axes = figure.subplots()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    # from clear to full, so that the ground of any theme shows through
    clear = LinearSegmentedColormap.from_list(
        'clear', [(*to_rgb(PIXEL_HUE), 0.0), (*to_rgb(PIXEL_HUE), 1.0)]
    )
    if size <= NAMED_CLASSES:
        _cells(axes, percent, limits, digits, mistakes)
        axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5))
        axes.set_aspect('equal')
    else:
        axes.imshow(
            percent,
            cmap=clear,
            vmin=limits[0],
            vmax=limits[1],
            interpolation='nearest',
        )
    if size <= NAMED_CLASSES:
        ticks = np.arange(size)
        words = [_short(n) for n in names or map(str, range(size))]
        fit = {'fontsize': 8 if size <= 10 else 7 if size <= 20 else 5.5}
        axes.set_xticks(ticks, words, rotation=90, **fit)
        axes.set_yticks(ticks, words, **fit)
        axes.tick_params(length=0)
    else:
        ticks = np.linspace(0, size - 1, 5).round().astype(int)
        axes.set_xticks(ticks, ticks)
        axes.set_yticks(ticks, ticks)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    # over the names of the rows too: beside them is little room for it
    figure.suptitle(
        fitted_title(title, figure),
        x=0.01,
        ha='left',
        fontsize=rcParams['axes.titlesize'],
        fontweight=rcParams['axes.titleweight'],
    )
    return figure


def _short(name: str) -> str:
    """A name of a class as the side of a matrix has room for it."""
    return name if len(name) <= LONGEST else f'{name[: LONGEST - 1]}…'


def _cells(
    axes,
    percent: np.ndarray,
    limits: tuple[float, float],
    digits: int,
    mistakes: float | None,
) -> None:
    """One rectangle, and of few classes a number, per cell that is not nan."""
    written = len(percent) <= WRITTEN_CLASSES
    size = 7 if len(percent) <= 10 and digits < 2 else 5.5
    for (row, column), value in np.ndenumerate(percent):
        if np.isnan(value):
            continue
        lowest, highest, hue = *limits, 'run0'
        if mistakes is not None and row != column:
            lowest, highest, hue = 0, mistakes, 'run1'
        part = (value - lowest) / (highest - lowest) if highest > lowest else 1
        strength = min(max(part, 0), 1)
        axes.bar(
            column,
            0.96,
            bottom=row - 0.48,
            width=0.96,
            color=theme_color(hue),
            alpha=round(strength, 3),
            lw=0,
        )
        if written and value >= 0.5:
            axes.text(
                column,
                row,
                f'{value:.{digits}f}',
                ha='center',
                va='center',
                fontsize=size,
                color=theme_color('surface' if strength > 0.6 else 'ink'),
            )
