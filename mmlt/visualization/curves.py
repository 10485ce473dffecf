from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from .style import legend_above, legend_name, make_figure, run_style

__all__ = ['training_curves']

Curve = tuple[Sequence[int], Sequence[float]]


def training_curves(
    curves: Mapping[str, Sequence[Curve]],
    label: str,
    title: str = '',
    figure: Figure | SubFigure | None = None,
    xlabel: str = 'epoch',
) -> Figure | SubFigure:
    """A number over the epochs, of several recipes.

    Args:
        curves: Name of a recipe to the (epochs, values) of each of its
            seeds, which share color and name.
        label: What the values are, with the unit.
        title: Above the picture.
        figure: Where to draw; a new figure for None.
        xlabel: What the epochs are called.

    Returns:
        The figure.
    """
    figure = make_figure(figure, 4.2, 3.0)
    axes = figure.subplots()
    for i, (name, seeds) in enumerate(curves.items()):
        several = len(seeds) > 1
        for seed, (epochs, values) in enumerate(seeds):
            style = run_style(i) | {'markersize': 3.5}
            if len(epochs) > 30 or several:
                style['marker'] = ''
            if several:
                style |= {'lw': 1, 'alpha': 0.75}
            axes.plot(
                epochs,
                values,
                label='' if seed else legend_name(name),
                **style,
            )
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set(xlabel=xlabel, ylabel=label, title=title)
    legend_above(figure, axes)
    return figure
