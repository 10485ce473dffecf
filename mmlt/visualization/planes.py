from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure, SubFigure

from .style import make_figure, theme_color

__all__ = ['decision_planes']

# what becomes of a point -> color, marker and size
OUTCOMES = {
    'right': ('run0', 'o', 2.4),
    'wrong': ('muted', 'o', 1.2),
    'lost': ('run1', 'X', 4.4),
    'gained': ('run2', '^', 3.8),
}


def decision_planes(
    points: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    planes: Mapping[str, tuple[float, float, float]],
    limit: float,
    title: str = '',
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """A cut through the space of a hidden layer, with two parallel planes.

    Args:
        points: 'right', 'wrong', 'lost' or 'gained' to X_1 and X_2 of the
            points that are; each may be missing.
        planes: Name of a plane to (k_1, k_2, value), where k_1 X_1 + k_2 X_2
            is the value; k_2 is not 0. The first is drawn as a line, the
            second dashed; the area between them is filled in the color of
            the points in it.
        limit: Both axes go from -limit to it.
        title: Above the picture.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    figure = make_figure(figure, 2.7, 2.7)
    axes = figure.subplots()
    across = [-limit, limit]
    heights = {
        name: [(value - first * x) / second for x in across]
        for name, (first, second, value) in planes.items()
    }
    if len(heights) == 2:
        between = 'lost' if points.get('lost') else 'gained'
        color = theme_color(OUTCOMES[between][0])
        axes.fill_between(
            across, *heights.values(), color=color, alpha=0.16, lw=0
        )
    axes.axhline(0, color=theme_color('grid'), lw=0.8, zorder=0)
    axes.axvline(0, color=theme_color('grid'), lw=0.8, zorder=0)
    for kind, (color, marker, size) in OUTCOMES.items():
        if kind in points:
            axes.plot(
                *points[kind],
                ls='',
                marker=marker,
                ms=size,
                mew=0,
                color=theme_color(color),
                label=kind,
            )
    ink = theme_color('ink')
    for (name, line), dash in zip(
        heights.items(), ('-', (0, (4, 2))), strict=False
    ):
        axes.plot(across, line, color=ink, ls=dash, lw=1.4, label=name)
    axes.set(xlim=across, ylim=across, aspect='equal', title=title)
    axes.set(xlabel='X₁', ylabel='X₂', xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    axes.grid(visible=False)
    return figure
