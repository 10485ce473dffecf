from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure

from .style import (
    fitted_title,
    legend_above,
    legend_name,
    make_figure,
    run_style,
    theme_color,
)

__all__ = ['error_by_calibrator']


def error_by_calibrator(
    errors: Mapping[str, Mapping[str, float | None]],
    sparse: Sequence[bool],
    title: str = '',
    highest: float | None = None,
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Calibration errors of groups of images, a row for each calibrator.

    Args:
        errors: Name of a group to the error of each calibrator, percent;
            None is left out. The calibrators are those of the first group.
        sparse: For each group, whether its errors are uncertain: hollow.
        title: Above the rows.
        highest: End of the axis, percent, the same for several pictures;
            None: of these errors.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    names = list(next(iter(errors.values())))
    figure = make_figure(figure, 4.2, 1.4 + 0.28 * len(names))
    axes = figure.subplots()
    rows = np.arange(len(names))
    values = np.array(
        [
            [np.nan if of[name] is None else of[name] for name in names]
            for of in errors.values()
        ]
    )
    axes.hlines(
        rows,
        np.fmin.reduce(values),
        np.fmax.reduce(values),
        color=theme_color('grid'),
        lw=2.2,
        zorder=1,
    )
    for i, (group, value) in enumerate(zip(errors, values, strict=True)):
        hollow = {'mfc': theme_color('surface'), 'mew': 1.3}
        axes.plot(
            value,
            rows,
            ls='',
            label=legend_name(group),
            **run_style(i),
            **(hollow if sparse[i] else {}),
        )
    axes.set_yticks(rows, [name.replace('_', ' ') for name in names])
    end = 1.05 * max(highest or np.nanmax(values, initial=0), 1e-9)
    axes.set(
        ylim=(len(names) - 0.5, -0.5),
        xlim=(-0.02 * end, end),
        xlabel='ECE, percent',
    )
    axes.grid(axis='x')
    axes.grid(visible=False, axis='y')
    axes.spines['left'].set_visible(False)
    axes.set_title(fitted_title(title, figure))
    legend_above(figure, axes)
    return figure
