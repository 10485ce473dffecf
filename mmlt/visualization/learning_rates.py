from collections.abc import Sequence

from matplotlib.figure import Figure, SubFigure

from .style import legend_above, make_figure, run_style

__all__ = ['loss_by_learning_rate']


def loss_by_learning_rate(
    rates: Sequence[float],
    losses: Sequence[float],
    smooth: Sequence[float],
    marks: Sequence[tuple[str, float]] = (),
    title: str = '',
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """The loss of a range test against the learning rate.

    Args:
        rates: (S,), > 0.
        losses: (S,), as measured.
        smooth: (S,), without their noise.
        marks: What a rate is, and the rate: each a line of its own.
        title: Above the picture.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    figure = make_figure(figure, 4.2, 3.0)
    axes = figure.subplots()
    own = {**run_style(0), 'marker': ''}
    axes.plot(rates, losses, **own | {'lw': 0.7, 'alpha': 0.4})
    axes.plot(rates, smooth, **own)
    for number, (words, rate) in enumerate(marks, 1):
        style = {**run_style(number), 'marker': ''}
        axes.axvline(rate, label=f'{words} {rate:.2g}', **style)
    axes.set_xscale('log')
    axes.xaxis.set_major_formatter('{x:g}')
    # far above, the curve is that of a training that is lost
    top = max(losses[0], *smooth[: max(1, len(smooth) // 2)])
    bottom = min(smooth)
    room = 0.1 * (top - bottom) or 1
    axes.set_ylim(bottom - room, top + 2 * room)
    axes.set(xlabel='learning rate', ylabel='training loss', title=title)
    legend_above(figure, axes)
    return figure
