"""Bins that hold the same number of samples each."""

import torch
from torch import Tensor

from .checks import check_integer

__all__ = ['adaptive_calibration_error', 'equal_mass_bins']


def equal_mass_bins(
    count: Tensor, confidence: Tensor, correct: Tensor, num_bins: int = 15
) -> tuple[Tensor, Tensor, Tensor]:
    """Mass, mean confidence and accuracy of bins of equal mass.

    Convention:
        - every bin has mass N/B exactly: where a border falls inside a cell,
          the cell is shared out in proportion. So the result depends on
          neither the order of samples nor the order among ties, as a sort
          does.
        - with cells that hold one sample each and N a multiple of B, it is
          the sort into B equal parts.

    Args:
        count: (M,) samples per cell, cells in ascending confidence.
        confidence: (M,) sum of their confidences.
        correct: (M,) correct predictions among them.
        num_bins: B >= 1.

    Returns:
        mass (B,), mean confidence (B,) and accuracy (B,), float64; nan
        without a sample.

    Examples:
        >>> count = torch.tensor([2, 2])
        >>> confidence = torch.tensor([1.0, 1.5])
        >>> correct = torch.tensor([1, 2])
        >>> for values in equal_mass_bins(count, confidence, correct, 2):
        ...     values.tolist()
        [2.0, 2.0]
        [0.5, 0.75]
        [0.5, 1.0]

    Source:
        Nguyen and O'Connor, EMNLP 2015, https://arxiv.org/abs/1508.05154
        (equal-size bins); Nixon et al., 2019, https://arxiv.org/abs/1904.01685
        (adaptive calibration error). Sharing out a cell is ours.
    """
    check_integer('num_bins', num_bins, 1, 'The usual number is 15.')
    used = count > 0
    zero = torch.zeros(1, dtype=torch.float64, device=count.device)
    mass, conf, hits = (
        torch.cat([zero, values[used].double().cumsum(0)])
        for values in (count, confidence, correct)
    )
    if len(mass) == 1:
        nan = torch.full((num_bins,), torch.nan, dtype=torch.float64)
        return torch.zeros_like(nan), nan, nan.clone()
    total = mass[-1]
    border = torch.arange(num_bins + 1, device=count.device) * total / num_bins
    right = torch.searchsorted(mass, border).clamp(1, len(mass) - 1)
    left = right - 1
    share = (border - mass[left]) / (mass[right] - mass[left])
    conf, hits = (
        torch.lerp(v[left], v[right], share).diff() for v in (conf, hits)
    )
    each = total / num_bins
    return each.expand(num_bins).clone(), conf / each, hits / each


def sample_bins(
    confidence: Tensor,
    correct: Tensor,
    num_bins: int = 15,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """:func:`equal_mass_bins` of samples; equal confidences make one cell.

    Args:
        confidence: (N,) in [0, 1].
        correct: (N,) bool, the prediction is the label.
        num_bins: B >= 1.
        weights: (N,) >= 0, how much each sample counts; None: 1 each.

    Returns:
        mass (B,), mean confidence (B,) and accuracy (B,), float64.
    """
    values, cell = confidence.unique(sorted=True, return_inverse=True)
    if weights is None:
        count = torch.bincount(cell)
        hits = correct.double()
    else:
        count = torch.bincount(cell, weights.double())
        hits = weights.double() * correct
    return equal_mass_bins(
        count,
        count * values.double(),
        torch.bincount(cell, hits),
        num_bins,
    )


def adaptive_calibration_error(
    probs: Tensor, labels: Tensor, num_bins: int = 15
) -> Tensor:
    """Calibration error of the predicted classes, with equal-mass bins.

    As ``calibration_error(binning='equal_mass')``, without a look at whether
    the rows are probabilities.

    Convention: :func:`equal_mass_bins` of the confidences themselves; equal
    ones make one cell.

    Args:
        probs: (N, C) probabilities, N >= 1.
        labels: (N,) int64.
        num_bins: B >= 1.

    Returns:
        Scalar float64 in [0, 1].

    Examples:
        >>> probs = torch.tensor([[0.9, 0.1], [0.6, 0.4]])
        >>> adaptive_calibration_error(probs, torch.tensor([0, 1]), num_bins=2)
        tensor(0.3500, dtype=torch.float64)

    Source:
        Nixon et al., 2019, https://arxiv.org/abs/1904.01685; bins as in
        :func:`equal_mass_bins`.
    """
    confidence, predicted = probs.max(dim=1)
    mass, mean, accuracy = sample_bins(
        confidence, predicted == labels, num_bins
    )
    return ((mean - accuracy).abs() * mass).sum() / mass.sum()
