from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import NullLocator

from .style import legend_above, legend_name, make_figure, run_style

__all__ = ['by_class_count']


def by_class_count(
    values: Mapping[str, Sequence[float]],
    counts: Sequence[int],
    label: str,
    correlations: Mapping[str, float] | None = None,
    title: str = '',
    first_style: int = 0,
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """A number per class against the training images of the class.

    For concentrations (kappa), spreads of clusters, overlaps, recalls.

    Args:
        values: Name of a run to its (C,) values; nan is left out.
        counts: (C,) training images per class, on a logarithmic axis.
        label: What the values are, with the unit.
        correlations: Name of a run to Spearman's correlation with the
            counts, written beside its name.
        title: Above the picture.
        first_style: Position of the first run among the colors and markers.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    figure = make_figure(figure, 4.2, 3.2)
    axes = figure.subplots()
    counts = np.asarray(counts)
    size = 4.5 if len(counts) <= 30 else 3.2
    for i, (name, value) in enumerate(values.items()):
        if correlations is not None:
            rho = f'{correlations[name]:+.2f}'.replace('-', '\N{MINUS SIGN}')
            name = f'{name}  ρ = {rho}'
        style = run_style(first_style + i) | {
            'markersize': size,
            'alpha': 0.85,
        }
        axes.plot(counts, value, ls='', label=legend_name(name), **style)
    axes.set_xscale('log')
    ticks = np.unique(
        np.quantile(counts, [0, 0.33, 0.67, 1], method='nearest')
    )
    axes.set_xticks(ticks, [f'{tick:,}' for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(xlabel='training images of the class', ylabel=label, title=title)
    axes.margins(y=0.12)
    legend_above(figure, axes)
    return figure
