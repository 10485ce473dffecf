"""How far confidence is from accuracy."""

import torch
from torch import Tensor

from .checks import check_choice, check_integer, check_not_empty, check_shapes
from .equal_mass import sample_bins
from .prediction_checks import HALF, check_predictions, check_probabilities

__all__ = ['calibration_bins', 'calibration_error', 'top_calibration_error']

NORMS = ('l1', 'max')
BINNINGS = ('uniform', 'equal_mass')


def check_num_bins(num_bins: int) -> None:
    """Check that the number of bins is an integer >= 1.

    Raises:
        ValueError: If it is not an integer >= 1.
    """
    check_integer('num_bins', num_bins, 1, 'The usual number is 15.')


def confidence_bin(confidence: Tensor, num_bins: int) -> Tensor:
    """Bin of each confidence: the one convention of metric and picture.

    Convention: bin b holds b/B < confidence <= (b+1)/B, and 0 belongs to bin
    0. An edge b/B is taken in the dtype of ``confidence``.

    Args:
        confidence: (N,) in [0, 1].
        num_bins: B >= 1.

    Returns:
        (N,) int64 in [0, B).
    """
    edges = torch.arange(1, num_bins, device=confidence.device)
    edges = (edges.double() / num_bins).to(confidence.dtype)
    # right=False: an edge itself falls in the bin that it closes
    return torch.bucketize(confidence, edges, right=False)


def calibration_bins(
    confidence: Tensor,
    correct: Tensor,
    num_bins: int = 15,
    binning: str = 'uniform',
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Count, mean confidence and accuracy of each confidence bin.

    Convention:
        - 'uniform': B bins of equal width on [0, 1], closed on the right: bin
          b holds b/B < confidence <= (b+1)/B, and confidence 0 belongs to
          bin 0. An edge b/B is taken in the dtype of ``confidence``.
        - 'equal_mass': B bins of N/B samples each, in ascending confidence;
          equal confidences are shared out in proportion
          (:func:`equal_mass_bins`).
        - sums are float64 whatever the input.

    Args:
        confidence: (N,) probabilities of the predicted classes, in [0, 1].
        correct: (N,) bool, the prediction is the label.
        num_bins: B >= 1.
        binning: 'uniform' or 'equal_mass'.
        weights: (N,) >= 0, how much each sample counts; None: 1 each.

    Returns:
        count (B,) int64 (float64 with weights or 'equal_mass'), mean
        confidence (B,) and accuracy (B,) float64; the last two are 0 where a
        bin is empty.

    Raises:
        ValueError: If ``num_bins`` or ``binning`` is not as above, or shapes
            differ.

    Examples:
        >>> confidence = torch.tensor([0.25, 0.75, 0.75])
        >>> correct = torch.tensor([0, 1, 1])
        >>> count, confident, right = calibration_bins(confidence, correct, 2)
        >>> count.tolist(), confident.tolist(), right.tolist()
        ([1, 2], [0.25, 0.75], [0.0, 1.0])

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Eq. 1 and 2
        (the bins).
    """
    check_num_bins(num_bins)
    check_choice('binning', binning, BINNINGS)
    check_shapes(
        'Both have one entry per sample.',
        confidence=(confidence, 'N'),
        correct=(correct, 'N'),
    )
    if binning == 'equal_mass':
        return sample_bins(confidence, correct, num_bins, weights)
    index = confidence_bin(confidence, num_bins)
    if weights is None:
        count = torch.bincount(index, minlength=num_bins)
        weights = torch.ones_like(confidence, dtype=torch.float64)
    else:
        weights = weights.double()
        count = torch.bincount(index, weights, num_bins)
    mass = torch.where(count > 0, count, 1).double()
    mean = torch.bincount(index, weights * confidence, num_bins) / mass
    accuracy = torch.bincount(index, weights * correct, num_bins) / mass
    return count, mean, accuracy


def calibration_error(
    probs: Tensor,
    labels: Tensor,
    num_bins: int = 15,
    norm: str = 'l1',
    binning: str = 'uniform',
) -> Tensor:
    """Calibration error of the predicted classes.

    Convention: the bins of :func:`calibration_bins`, closed on the right;
    an argmax tie goes to the smallest class index.

    Args:
        probs: (N, C) probabilities, N >= 1. Not logits: nothing is guessed.
        labels: (N,) int64.
        num_bins: B >= 1.
        norm: 'l1', the expected calibration error sum_b n_b/N |gap_b|, or
            'max', the maximum calibration error max_b |gap_b|.
        binning: 'uniform' or 'equal_mass'.

    Returns:
        Scalar float64 in [0, 1] on the device of ``probs``.

    Raises:
        ValueError: If a shape, a value or a setting is not as above.

    Examples:
        >>> probs = torch.tensor([[0.9, 0.1], [0.6, 0.4]])
        >>> calibration_error(probs, torch.tensor([0, 1]))
        tensor(0.3500, dtype=torch.float64)

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Eq. 3 and 5.
    """
    check_shapes(
        'One row of scores and one label per sample.',
        probs=(probs, 'N C'),
        labels=(labels, 'N'),
    )
    check_predictions(probs, labels, probs.shape[1], 'probabilities')
    check_probabilities(probs.double(), half=probs.dtype in HALF)
    confidence, predicted = probs.max(dim=1)
    return top_calibration_error(
        confidence, predicted == labels, num_bins, norm, binning
    )


def top_calibration_error(
    confidence: Tensor,
    correct: Tensor,
    num_bins: int = 15,
    norm: str = 'l1',
    binning: str = 'uniform',
    weights: Tensor | None = None,
) -> Tensor:
    """:func:`calibration_error` from confidences that are already known.

    Args:
        confidence: (N,), N >= 1, in [0, 1].
        correct: (N,) bool.
        num_bins: B >= 1.
        norm: 'l1' or 'max'.
        binning: 'uniform' or 'equal_mass'.
        weights: (N,) >= 0, how much each sample counts; None: 1 each.

    Returns:
        Scalar float64 in [0, 1].

    Raises:
        ValueError: If a shape or a setting is not as above.

    Examples:
        >>> confidence = torch.tensor([0.9, 0.6])
        >>> top_calibration_error(confidence, torch.tensor([1, 0]))
        tensor(0.3500, dtype=torch.float64)

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Eq. 3 and 5.
    """
    check_choice('norm', norm, NORMS)
    hint = 'Is the test set empty?'
    check_not_empty('confidence', confidence, hint)
    # rounding of a softmax in half precision may exceed 1 a little
    if not ((confidence >= 0) & (confidence <= 1.01)).all():
        raise ValueError(
            'Expected `confidence` in [0, 1], but got '
            f'{confidence.min():.6g} to {confidence.max():.6g}. Pass '
            'probabilities, not logits.'
        )
    bins = calibration_bins(confidence, correct, num_bins, binning, weights)
    return error_of_bins(*bins, norm)


def error_of_bins(
    count: Tensor, mean: Tensor, accuracy: Tensor, norm: str = 'l1'
) -> Tensor:
    """The calibration error, from the bins of :func:`calibration_bins`.

    Args:
        count: (B,) samples of each bin, or the sum of their weights.
        mean: (B,) mean confidence.
        accuracy: (B,).
        norm: 'l1', the mean gap over the samples, or 'max', the largest gap.

    Returns:
        Scalar float64 in [0, 1].

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Eq. 3 and 5.
    """
    gap = (mean - accuracy).abs()
    if norm == 'max':
        return gap.max()
    return (gap * count).sum() / count.sum()


def calibration_sums(
    confidence: Tensor, correct: Tensor, num_bins: int = 15
) -> Tensor:
    """Sums over the samples of each bin, to be added up over batches.

    Convention:
        - the bins of :func:`calibration_bins`.
        - a confidence is the whole number of units of 2^-32 and of 2^-64
          that make it up: exact in float32 and half precision, so the sums
          are the same in any order, and those of float64 to its last digit.

    Args:
        confidence: (N,) in [0, 1], any precision.
        correct: (N,) bool, the prediction is the label.
        num_bins: B >= 1.

    Returns:
        (4, B) int64: samples, right predictions, and the confidence in units
        of 2^-32 and the rest of it in units of 2^-64.
    """
    index = confidence_bin(confidence, num_bins)
    units = confidence.double() * 2.0**32
    whole = units.floor()
    rest = ((units - whole) * 2.0**32).round()
    rows = torch.stack([torch.ones_like(index), correct, whole, rest]).long()
    sums = rows.new_zeros(4, num_bins)
    return sums.index_add_(1, index, rows)


def bins_of_sums(sums: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What :func:`calibration_bins` returns, from sums of batches.

    Args:
        sums: (4, B) of :func:`calibration_sums`.

    Returns:
        count (B,) int64, mean confidence (B,) and accuracy (B,) float64.
    """
    count, right, whole, rest = sums
    mass = count.clamp(min=1).double()
    confidence = whole.double() * 2.0**-32 + rest.double() * 2.0**-64
    return count, confidence / mass, right.double() / mass
