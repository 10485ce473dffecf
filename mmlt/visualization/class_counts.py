from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure

from .recall import NAMED_CLASSES, by_count
from .style import legend_above, make_figure, theme_color

__all__ = ['images_by_class']


def images_by_class(
    counts: Sequence[int],
    groups: Mapping[str, Sequence[bool]],
    names: Sequence[str] | None = None,
    title: str = '',
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Training images of every class, most first, on a logarithmic axis.

    Args:
        counts: (C,) training images per class.
        groups: Name of a group of classes to (C,) bool, in the order of the
            legend; every class is in one.
        names: C names, written where there are few enough; None: numbers.
        title: Above the picture.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    counts = np.asarray(counts)
    order = by_count(counts)
    figure = make_figure(figure, 6.0, 3.2)
    axes = figure.subplots()
    places = np.arange(len(counts))
    for i, (group, members) in enumerate(groups.items()):
        inside = np.asarray(members)[order]
        if not inside.any():
            continue
        images = counts[order][inside]
        axes.bar(
            places[inside],
            images,
            width=0.8 if len(counts) <= NAMED_CLASSES else 1.0,
            color=theme_color(f'run{i}'),
            label=f'{group}: {of_size(images)}',
        )
    axes.set_yscale('log')
    axes.yaxis.set_major_formatter('{x:,.0f}')
    # a class without images has no bar; one image is a bar that is seen
    axes.set_ylim(0.7, 1.6 * max(counts.max(), 1))
    axes.set(ylabel='training images', title=title)
    if len(counts) <= NAMED_CLASSES:
        labels = range(len(counts)) if names is None else names
        axes.set_xticks(
            places, [str(labels[c]) for c in order], rotation=45, ha='right'
        )
    else:
        axes.set_xlabel('class, most training images first')
        axes.set_xlim(-1, len(counts))
    legend_above(figure, axes)
    return figure


def of_size(images: np.ndarray) -> str:
    """How many classes and images a group has, in words."""
    classes = 'class' if len(images) == 1 else 'classes'
    return f'{len(images):,} {classes}, {images.sum():,} images'
