from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure, SubFigure

from .style import fitted_title, make_figure, theme_color

__all__ = ['confusion_matrix', 'overlap_matrix']

# more classes than this: no names and no numbers in the cells
WRITTEN_CLASSES = 12
# of the pixels of larger matrices, whose theme cannot be changed later
PIXEL_HUE = '#2584c8'


def confusion_matrix(
    percent: Sequence[Sequence[float]],
    names: Sequence[str] | None = None,
    title: str = '',
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """What images of each class are taken for, in percent of the class.

    Args:
        percent: (C, C) in [0, 100]; a row is the true class and sums to 100,
            a column the predicted one.
        names: (C,) names of the classes; their numbers for None.
        title: Above the matrix.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.

    Raises:
        ValueError: If the numbers are shares.
    """
    return _matrix(
        _in_percent(percent),
        100,
        'predicted class',
        'true class',
        names,
        title,
        figure,
    )


def overlap_matrix(
    percent: Sequence[Sequence[float]],
    names: Sequence[str] | None = None,
    title: str = '',
    highest: float | None = None,
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
        highest: Percent that has the full color, the same for several
            matrices; None takes the largest of this one.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.

    Raises:
        ValueError: If the numbers are shares.
    """
    shown = _in_percent(percent)
    np.fill_diagonal(shown, np.nan)
    if highest is None:
        highest = np.nanmax(shown) if len(shown) > 1 else 100
    return _matrix(shown, highest, 'class j', 'class i', names, title, figure)


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
    highest: float,
    xlabel: str,
    ylabel: str,
    names: Sequence[str] | None,
    title: str,
    figure: Figure | SubFigure | None,
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
    if size <= WRITTEN_CLASSES:
        _cells(axes, percent, highest, theme_color('run0'))
        names = names or [str(c) for c in range(size)]
        axes.set_xticks(np.arange(size), names, rotation=90)
        axes.set_yticks(np.arange(size), names)
        axes.tick_params(length=0)
        axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5))
        axes.set_aspect('equal')
    else:
        axes.imshow(
            percent, cmap=clear, vmin=0, vmax=highest, interpolation='nearest'
        )
        ticks = np.linspace(0, size - 1, 5).round().astype(int)
        axes.set_xticks(ticks, ticks)
        axes.set_yticks(ticks, ticks)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_title(fitted_title(title, figure))
    return figure


def _cells(axes, percent: np.ndarray, highest: float, hue: str) -> None:
    """One rectangle and one number per cell that is not nan."""
    for (row, column), value in np.ndenumerate(percent):
        if np.isnan(value):
            continue
        strength = min(value / highest, 1) if highest > 0 else 0
        axes.bar(
            column,
            0.96,
            bottom=row - 0.48,
            width=0.96,
            color=hue,
            alpha=round(strength, 3),
            lw=0,
        )
        if value >= 0.5:
            axes.text(
                column,
                row,
                f'{value:.0f}',
                ha='center',
                va='center',
                fontsize=7,
                color=theme_color('surface' if strength > 0.6 else 'ink'),
            )
