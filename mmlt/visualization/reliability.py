from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch

from .style import (
    fitted_title,
    legend_above,
    make_figure,
    theme_color,
)

__all__ = ['reliability_diagram']


def reliability_diagram(
    count: Sequence[int],
    confidence: Sequence[float],
    accuracy: Sequence[float],
    title: str = '',
    note: str = '',
    figure: Figure | SubFigure | None = None,
    interval: tuple[Sequence[float], Sequence[float]] | None = None,
    sparse: int = 0,
) -> Figure | SubFigure:
    """Accuracy against confidence, the gap between, and how many samples.

    The full bar of a bin goes up to its accuracy or its mean confidence,
    the lower of the two. The block above is the gap: hatched, up to the
    confidence, where the network is too sure; pale, up to the accuracy,
    where it is not sure enough. Below, the share of the samples in each bin.

    Args:
        count: (B,) samples in each bin of equal width, as
            :func:`~mmlt.functional.calibration_bins` gives them.
        confidence: (B,) mean confidence, in [0, 1].
        accuracy: (B,) accuracy, in [0, 1].
        title: Above the diagram.
        note: A number or two, above the legend.
        figure: Where to draw; a new figure for None.
        interval: (B,) lower and (B,) upper end of what the accuracy may be,
            in [0, 1]; a line in each bin.
        sparse: Bins with fewer samples are an outline alone.

    Returns:
        The figure.
    """
    figure = make_figure(figure)
    top, bottom = figure.subplots(
        2, 1, sharex=True, height_ratios=[4, 1], gridspec_kw={'hspace': 0.05}
    )
    count, confidence, accuracy = map(
        np.asarray, (count, confidence, accuracy)
    )
    edges = np.arange(len(count)) / len(count)
    width = 1 / len(count)
    certain = count >= max(sparse, 1)
    bars = dict(width=width * 0.92, align='edge', lw=0)
    left = (edges + width * 0.04)[certain]
    hits, sure = accuracy[certain], confidence[certain]
    lower = np.minimum(sure, hits)
    top.bar(left, lower, color=theme_color('run0'), **bars)
    over = sure > hits
    too_sure = dict(
        label='too sure',
        facecolor=theme_color('run1'),
        edgecolor=theme_color('surface'),
        hatch='/////',
        alpha=0.55,
    )
    unsure = dict(
        label='not sure enough',
        facecolor=theme_color('run0'),
        alpha=0.45,
        lw=0,
    )
    few = dict(
        label=f'under {sparse} images',
        fill=False,
        edgecolor=theme_color('muted'),
        ls=(0, (2, 1.5)),
        lw=0.9,
    )
    for chosen, style in ((over, too_sure), (~over, unsure)):
        top.bar(
            left[chosen],
            np.abs(sure - hits)[chosen],
            bottom=lower[chosen],
            **{**bars, **style},
        )
    uncertain = (count > 0) & ~certain
    top.bar(
        (edges + width * 0.04)[uncertain],
        accuracy[uncertain],
        **{**bars, **few},
    )
    if interval is not None:
        low, high = map(np.asarray, interval)
        top.vlines(
            (edges + width / 2)[count > 0],
            low[count > 0],
            high[count > 0],
            color=theme_color('ink'),
            lw=0.7,
            alpha=0.8,
        )
    top.plot(
        [0, 1], [0, 1], color=theme_color('muted'), lw=0.8, ls=(0, (4, 3))
    )
    top.set(xlim=(0, 1), ylim=(0, 1), ylabel='accuracy')
    top.set_title(fitted_title(title, figure))
    # the same lines whatever there is: diagrams stand side by side
    kinds = [too_sure, unsure, few] if sparse else [too_sure, unsure]
    legend_above(figure, top, note, [Patch(**kind) for kind in kinds])
    share = count / max(count.sum(), 1)
    bottom.bar(edges + width * 0.04, share, color=theme_color('muted'), **bars)
    highest = max(share.max(), 1e-9)
    bottom.set(
        xlabel='confidence',
        ylabel='share',
        yticks=[highest],
        ylim=(0, highest * 1.05),
    )
    bottom.set_yticklabels([f'{100 * highest:.0f} %'])
    for axes in (top, bottom):
        axes.set_xticks(
            [0, 0.25, 0.5, 0.75, 1], ['0', '.25', '.5', '.75', '1']
        )
    top.set_yticks([0, 0.25, 0.5, 0.75, 1], ['0', '.25', '.5', '.75', '1'])
    return figure
