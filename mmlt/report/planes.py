"""The demonstration of FCC's appendix A as a picture."""

from functools import partial
from pathlib import Path

import torch
from matplotlib.figure import Figure, SubFigure
from torch import Tensor

from mmlt.functional import (
    figure_of_planes,
    misclassified_area,
    misclassified_area_counts,
    two_class_plane,
)
from mmlt.visualization import (
    decision_planes,
    save_figure,
    side_by_side,
    theme,
)
from mmlt.visualization.style import check_picture_path

__all__ = ['demonstration', 'make_demonstration']

# The network: 3 inputs, 3 hidden neurons, 2 outputs, all linear as in the
# appendix. The biases of the outputs are chosen for each B.
HIDDEN_WEIGHT = [[1.0, 0.5, 0.0], [0.0, 1.0, -0.5], [0.5, 0.0, 1.0]]
HIDDEN_BIAS = [0.25, -0.5, 0.125]
OUTPUT_WEIGHT = [[1.5, 0.5, 1.0], [0.5, -0.3, 0.25]]
OFFSETS = (-1.0, 1.0, 0.0)
TAUS = (2.0, 0.5)
LIMIT = 1.9
POINTS = 14  # along each axis
NAMES = {
    'right': 'right, scaled or not',
    'wrong': 'wrong, scaled or not',
    'lost': 'lost: right scaled, wrong at test',
    'gained': 'gained: wrong scaled, right at test',
}


def demonstration(offset: float, tau: float) -> dict:
    """Points of class 1 on a cut through the hidden layer, and the planes.

    The cut is X_3 = 0. Which points are right is what the network says of
    their features, not where the planes are.

    Args:
        offset: B of the network.
        tau: Factor on the features of class 1, > 0.

    Returns:
        'points', the X_1 and X_2 by outcome; 'planes', what k_1 X_1 + k_2 X_2
        is on them; 'part', the part of Fig. 2; 'counts', (points, changed,
        lost, gained).
    """
    weight = torch.tensor(HIDDEN_WEIGHT, dtype=torch.float64)
    bias = torch.tensor(HIDDEN_BIAS, dtype=torch.float64)
    out = torch.tensor(OUTPUT_WEIGHT, dtype=torch.float64)
    normal, found = two_class_plane(out, out.new_zeros(2), bias)
    out_bias = torch.stack([offset - found, found.new_zeros(())])

    def network(x: Tensor) -> Tensor:
        return (x @ weight.T + bias) @ out.T + out_bias

    axis = torch.linspace(-1, 1, POINTS, dtype=torch.float64) * 0.94 * LIMIT
    hidden = torch.cartesian_prod(axis, axis, axis.new_zeros(1))
    features = torch.linalg.solve(weight, hidden.T).T
    scores, labels = network(features), torch.zeros(len(hidden)).long()
    factors = torch.tensor([tau, 1.0])
    rest = network(features.new_zeros(1, 3))[0]
    area = misclassified_area(scores, labels, factors, rest)
    right = scores.argmax(1) == labels
    outcomes = {
        'right': right & ~area['gained'],
        'wrong': ~right & ~area['lost'],
        'lost': area['lost'],
        'gained': area['gained'],
    }
    counts = misclassified_area_counts(scores, labels, factors, rest)
    first, second = normal[:2].tolist()
    planes = {'η = 0, scaled': (first, second, -offset / tau)}
    if offset:
        planes['η′ = 0, at test'] = (first, second, -offset)
    else:
        planes = {'η = 0 and η′ = 0': (first, second, 0.0)}
    return {
        'points': {
            name: tuple(hidden[mask][:, :2].T.tolist())
            for name, mask in outcomes.items()
            if mask.any()
        },
        'planes': planes,
        'part': figure_of_planes(offset, tau),
        'counts': counts[:, 0].tolist(),
    }


def make_demonstration(out: str | Path) -> list[dict[str, object]]:
    """Draw the three cases, for a factor above 1 and one below.

    Args:
        out: File; .png, .svg or .pdf.

    Returns:
        A row for each case: B, tau, part of Fig. 2, points of class 1 on the
        cut, and how many of them are lost and gained.

    Raises:
        ValueError: If the ending is that of no picture.
        OSError: If the file cannot be written.
    """
    check_picture_path(out)
    rows, draws = [], []
    for tau in TAUS:
        for offset in OFFSETS:
            shown = demonstration(offset, tau)
            total, _, lost, gained = shown['counts']
            part = shown['part']
            sign = '=' if not offset else '<' if offset < 0 else '>'
            figure = 'one plane' if part == 'none' else f'Fig. 2{part}'
            rows.append(
                {
                    'B': offset,
                    'tau': tau,
                    'figure': figure,
                    'points': total,
                    'lost': lost,
                    'gained': gained,
                }
            )
            title = f'B {sign} 0, τ = {tau:g}: {figure}'
            draws.append(partial(_panel, shown, title))
    with theme('light'):
        figure = side_by_side(draws, 3, 2.6, 2.7)
        _legend(figure)
        save_figure(figure, out)
    return rows


def _panel(shown: dict, title: str, figure: SubFigure) -> None:
    decision_planes(
        shown['points'], shown['planes'], LIMIT, title, figure=figure
    )


def _legend(figure: Figure) -> None:
    handles = {
        name: handle
        for axes in figure.axes
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    order = sorted(handles, key=lambda name: name not in NAMES)
    figure.legend(
        [handles[name] for name in order],
        [NAMES.get(name, name) for name in order],
        loc='outside lower center',
        ncols=4,
        handlelength=2,
    )
