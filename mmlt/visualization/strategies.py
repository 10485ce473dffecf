from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure, SubFigure

from .style import make_figure, run_style, theme_color

__all__ = ['accuracy_by_strategy']


def accuracy_by_strategy(
    accuracy: Mapping[str, Sequence[float]],
    means: Mapping[str, float],
    baseline: float | None = None,
    title: str = '',
    unit: str = 'top-1 accuracy, percent',
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Accuracy by compression strategy, every seed a point.

    A bar marks the mean over the seeds; a dashed line the mean of the runs
    without compression.

    Args:
        accuracy: Name of a strategy to the percent of each seed.
        means: Name of a strategy to the mean over its seeds, percent.
        baseline: Mean percent without compression; None draws no line.
        title: Above the picture.
        unit: What the values are.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    figure = make_figure(figure, 4.6, 1.2 + 0.32 * len(accuracy))
    axes = figure.subplots()
    style = run_style(0)
    for row, (name, values) in enumerate(accuracy.items()):
        axes.plot(
            values, [row] * len(values), ls='', alpha=0.55, mew=0, **style
        )
        mean = means[name]
        axes.plot([mean] * 2, [row - 0.3, row + 0.3], color=style['color'])
        axes.annotate(
            f'{mean:.1f}',
            (max(values), row),
            xytext=(6, 0),
            textcoords='offset points',
            va='center',
        )
    if baseline is not None:
        axes.axvline(
            baseline, color=theme_color('muted'), lw=1, ls=(0, (4, 3))
        )
        axes.annotate(
            f'none {baseline:.1f}',
            (baseline, -0.6),
            xytext=(3, 0),
            textcoords='offset points',
            color=theme_color('muted'),
            va='center',
        )
    names = [name.replace('_', ' ') for name in accuracy]
    axes.set_yticks(range(len(accuracy)), names)
    axes.set(ylim=(len(accuracy) - 0.5, -0.9), xlabel=unit, title=title)
    axes.margins(x=0.12)
    axes.grid(axis='x')
    axes.grid(visible=False, axis='y')
    axes.spines['left'].set_visible(False)
    return figure
