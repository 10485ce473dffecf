from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure

from .style import (
    legend_above,
    legend_name,
    make_figure,
    run_style,
    theme_color,
)

__all__ = ['recall_by_class']

# more classes than this are points along an axis, without their names
NAMED_CLASSES = 30


def by_count(counts: Sequence[int]) -> np.ndarray:
    """Classes, most training images first, ties by index."""
    return np.argsort(-np.asarray(counts), kind='stable')


def in_bins(
    values: np.ndarray, bins: int = 8
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means of neighboring values: where, how much, and standard error.

    Args:
        values: (C,), nan is left out.
        bins: As many values in each as may be.
    """
    parts = [
        (place[~np.isnan(part)], part[~np.isnan(part)])
        for place, part in zip(
            np.array_split(np.arange(len(values)), bins),
            np.array_split(values, bins),
            strict=True,
        )
    ]
    parts = [(place, part) for place, part in parts if len(part)]
    middle = [place.mean() for place, _ in parts]
    mean = [part.mean() for _, part in parts]
    error = [
        part.std(ddof=1) / len(part) ** 0.5 if len(part) > 1 else np.nan
        for _, part in parts
    ]
    return np.array(middle), np.array(mean), np.array(error)


def recall_by_class(
    recalls: Mapping[str, Sequence[float]],
    counts: Sequence[int],
    names: Sequence[str] | None = None,
    title: str = '',
    unit: str = 'recall, percent',
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """A number per class of several runs side by side, most images first.

    Up to 30 classes have a row each, with their name and training images;
    more are faint points along an axis, under the means of an eighth of the
    classes each, with their standard error over the classes.

    Args:
        recalls: Name of a run to its (C,) values in percent; nan is left
            out.
        counts: (C,) training images per class.
        names: (C,) names of the classes; their numbers for None.
        title: Above the picture.
        unit: What the values are.
        figure: Where to draw; a new figure for None.

    Returns:
        The figure.
    """
    size = len(counts)
    names = names or [str(c) for c in range(size)]
    order = by_count(counts)
    if size <= NAMED_CLASSES:
        figure = make_figure(figure, 4.6, 1.1 + 0.24 * size)
        axes = figure.subplots()
        rows = np.arange(size)
        values = np.array([np.asarray(v)[order] for v in recalls.values()])
        axes.hlines(
            rows,
            # nan, and no warning, where a class has no test image
            np.fmin.reduce(values),
            np.fmax.reduce(values),
            color=theme_color('grid'),
            lw=2.2,
            zorder=1,
        )
        for i, (name, value) in enumerate(zip(recalls, values, strict=True)):
            # one below the other, where they would hide each other
            aside = (i - (len(values) - 1) / 2) * 0.72 / len(values)
            axes.plot(
                value,
                rows + aside,
                ls='',
                label=legend_name(name),
                **run_style(i) | {'markersize': 4.0},
            )
        labels = [f'{names[c]} ({counts[c]:,})' for c in order]
        axes.set_yticks(rows, labels)
        axes.set(ylim=(size - 0.5, -0.5), xlim=(-2, 102), xlabel=unit)
        axes.grid(axis='x')
        axes.grid(visible=False, axis='y')
        axes.spines['left'].set_visible(False)
    else:
        figure = make_figure(figure, 5.0, 3.4)
        axes = figure.subplots()
        for i, (name, value) in enumerate(recalls.items()):
            style = run_style(i)
            value = np.asarray(value, dtype=float)[order]
            # beside each other, where they would lie over each other
            aside = (i - (len(recalls) - 1) / 2) * size / 400
            axes.plot(
                np.arange(size) + aside,
                value,
                ls='',
                alpha=0.3,
                mew=0,
                **style | {'markersize': 2.6},
            )
            middle, mean, error = in_bins(value)
            axes.errorbar(
                middle + 3 * aside,
                mean,
                error,
                lw=1.5,
                elinewidth=0.9,
                label=legend_name(name),
                **style | {'markersize': 4.2},
            )
        axes.set(
            xlabel='class, most training images first',
            ylabel=unit,
            ylim=(-3, 103),
            xlim=(-size * 0.01, size * 1.01),
        )
        ticks = np.linspace(0, size - 1, 5).round().astype(int)
        axes.set_xticks(
            ticks, [f'{t + 1}\n{counts[order[t]]:,} images' for t in ticks]
        )
    if title:
        axes.set_title(title)
    legend_above(figure, axes)
    return figure
