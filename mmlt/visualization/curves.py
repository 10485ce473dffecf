from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from .style import make_figure, run_style


def training_curves(
    curves: Mapping[str, tuple[Sequence[int], Sequence[float]]],
    label: str,
    title: str = '',
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """A number over the epochs, of several runs.

    Args:
        curves: Name of a run to epochs and values, in order.
        label: What the values are, with the unit.
        title: Above the picture.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    figure = make_figure(figure, 4.2, 3.0)
    axes = figure.subplots()
    for i, (name, (epochs, values)) in enumerate(curves.items()):
        style = run_style(i)
        if len(epochs) > 30:
            style['marker'] = ''
        axes.plot(epochs, values, label=name, **style | {'markersize': 3.5})
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set(xlabel='epoch', ylabel=label, title=title)
    figure.legend(loc='outside upper left', ncols=min(3, len(curves)))
    return figure
