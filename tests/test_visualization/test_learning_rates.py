"""The picture of a range test."""

import numpy as np

from mmlt.visualization import loss_by_learning_rate


def test_rates_are_by_decades_and_what_is_marked_has_a_name():
    rates = np.geomspace(1e-4, 10, 50)
    losses = [2.3 - 0.03 * i for i in range(40)] + [
        1.2 * 2**i for i in range(10)
    ]
    figure = loss_by_learning_rate(
        rates, losses, losses, [('of the recipe', 0.05), ('lowest', 0.9)]
    )
    (axes,) = figure.axes
    assert axes.get_xscale() == 'log'
    assert axes.xaxis.get_major_formatter()(0.01) == '0.01'
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        'of the recipe 0.05',
        'lowest 0.9',
    ]
    # where it is lost, the curve leaves the picture
    bottom, top = axes.get_ylim()
    assert bottom < min(losses)
    assert 2.3 < top < 4
