from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure

from .style import (
    fitted_title,
    legend_above,
    legend_name,
    make_figure,
    run_style,
)

__all__ = ['feature_map']


def feature_map(
    coordinates: Sequence[Sequence[float]],
    labels: Sequence[int],
    names: Sequence[str] | None = None,
    title: str = '',
    axis_names: tuple[str, str] = ('', ''),
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Points of a few classes on a map of their features.

    Args:
        coordinates: (N, 2).
        labels: (N,) class indices.
        names: (C,) names of the classes, by index; their numbers for None.
        title: Above the map.
        axis_names: Of the two directions. The scale is the same on both.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    figure = make_figure(figure)
    axes = figure.subplots()
    points, labels = np.asarray(coordinates), np.asarray(labels)
    for position, c in enumerate(dict.fromkeys(labels.tolist())):
        mine = points[labels == c]
        axes.plot(
            *mine.T,
            ls='',
            mew=0,
            alpha=0.55,
            markersize=3.2,
            label=legend_name(names[c] if names else str(c)),
            **run_style(position),
        )
    axes.set_aspect('equal', adjustable='datalim')
    axes.set(xlabel=axis_names[0], ylabel=axis_names[1], xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.set_title(fitted_title(title, figure))
    legend_above(figure, axes)
    return figure
