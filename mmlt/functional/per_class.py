"""What losses derive from the class counts, one number per class.

Convention of all of them: (C,) float64, where the counts are; a class
without images is refused (a value check, so not for a forward pass).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_choice, check_counts, check_real

__all__ = [
    'cdt_temperatures',
    'class_balanced_weights',
    'cost_sensitive_weights',
    'label_aware_smoothing',
    'ldam_margins',
    'log_counts',
]

Counts = Sequence[int] | Tensor
SHAPES = ('concave', 'linear', 'convex')


def log_counts(counts: Counts) -> Tensor:
    """Logarithm of how many training images a class has.

    Up to a constant the log prior of the classes, which is the same to a
    softmax. In float64: above 2^24 a count is not a float32, and a bfloat16
    logarithm is off by up to 0.03.

    Args:
        counts: (C,) training images, or a prior, > 0 (not checked: that
            would wait for the device; 0 gives ``-inf``).

    Returns:
        (C,) float64 on the device of ``counts``.

    Examples:
        >>> log_counts([100, 10, 1])
        tensor([4.6052, 2.3026, 0.0000], dtype=torch.float64)

    Source:
        Ren et al., NeurIPS 2020, https://arxiv.org/abs/2007.10740, Eq. 4
        (balanced softmax).
    """
    return torch.as_tensor(counts).double().log()


def class_balanced_weights(counts: Counts, beta: float) -> Tensor:
    r"""Class-balanced weights, (1 - beta) / (1 - beta^n_c), of mean 1.

    Args:
        counts: (C,) training images, > 0.
        beta: In [0, 1); 0 weighs all classes alike, near 1 it is 1 / n_c.

    Returns:
        (C,) float64 with sum C.

    Raises:
        ValueError: If a class has no image, or ``beta`` is out of range.

    Examples:
        >>> class_balanced_weights([100, 10, 1], beta=0.9)
        tensor([0.2393, 0.3674, 2.3932], dtype=torch.float64)

    Source:
        Cui et al., CVPR 2019, https://arxiv.org/abs/1901.05555 (effective
        number of samples); scaled to mean 1 as in
        https://github.com/richardaecn/class-balanced-loss/blob/1d7857208a2abc03d84e35a9d5383af8225d4b4d/src/cifar_main.py#L425-L431
    """
    counts = check_counts(counts)
    beta = check_beta(beta)
    if beta == 0:
        return torch.ones_like(counts)
    # 1 - beta^n without its cancellation near beta = 1
    weights = 1 / -torch.expm1(counts * math.log(beta))
    return weights * (len(weights) / weights.sum())


def cost_sensitive_weights(counts: Counts, power: float = 1.0) -> Tensor:
    r"""Weights (n_min / n_c)^power: 1 for the rarest class, less for others.

    Args:
        counts: (C,) training images, > 0.
        power: >= 0; 0 weighs all classes alike, 0.5 is "square root".

    Returns:
        (C,) float64 in (0, 1].

    Raises:
        ValueError: If a class has no image, or ``power`` is out of range.

    Examples:
        >>> cost_sensitive_weights([100, 10, 1])
        tensor([0.0100, 0.1000, 1.0000], dtype=torch.float64)

    Source:
        CSCE and the second stage of DRW-focal in FCC:
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/loss/loss_impl/cost_sensitive_cross_entropy_loss.py#L18-L21
    """
    counts = check_counts(counts)
    power = check_real('power', power, 0, 'The usual ones are 1 and 0.5.')
    return (counts.min() / counts) ** power


def label_aware_smoothing(
    counts: Counts,
    head_smoothing: float,
    tail_smoothing: float,
    shape: str = 'concave',
) -> Tensor:
    r"""Label smoothing of each class, between that of tail and head.

    With r = (n_c - n_min) / (n_max - n_min), h the head's and t the tail's:

    =======  ====================================
    shape    epsilon_c
    =======  ====================================
    concave  t + (h - t) sin(pi r / 2)
    linear   t + (h - t) r
    convex   h + (h - t) sin(3 pi / 2 + pi r / 2)
    =======  ====================================

    Convention:
        - with equal counts every class has the tail's: there is no head.

    Args:
        counts: (C,) training images, > 0.
        head_smoothing: Of the most frequent class, in [0, 1].
        tail_smoothing: Of the rarest class, in [0, 1].
        shape: One of the table.

    Returns:
        (C,) float64.

    Raises:
        ValueError: If a class has no image, or a setting is out of range.

    Examples:
        >>> label_aware_smoothing([100, 10, 1], 0.4, 0.1)
        tensor([0.4000, 0.1427, 0.1000], dtype=torch.float64)

    Source:
        Zhong et al. (MiSLAS), CVPR 2021, https://arxiv.org/abs/2104.00466,
        Sec. 3;
        https://github.com/Jia-Research-Lab/MiSLAS/blob/0fc381e333d8a11170851b7af2058c59840969e0/methods.py#L38-L45
    """
    counts = check_counts(counts)
    head, tail = check_smoothing(head_smoothing, tail_smoothing, shape)
    spread = counts.max() - counts.min()
    share = (counts - counts.min()) / spread.clamp(min=1)
    if shape == 'linear':
        return tail + (head - tail) * share
    if shape == 'concave':
        return tail + (head - tail) * torch.sin(share * (math.pi / 2))
    # sin(3 pi / 2 + x) = -cos(x)
    return head - (head - tail) * torch.cos(share * (math.pi / 2))


def ldam_margins(counts: Counts, max_margin: float = 0.5) -> Tensor:
    r"""Margins max_margin (n_min / n_c)^(1/4) on the cosine.

    Args:
        counts: (C,) training images, > 0.
        max_margin: Of the rarest class, >= 0.

    Returns:
        (C,) float64.

    Raises:
        ValueError: If a class has no image, or the margin is negative.

    Examples:
        >>> ldam_margins([10000, 16, 1], max_margin=0.5)
        tensor([0.0500, 0.2500, 0.5000], dtype=torch.float64)

    Source:
        Cao et al. (LDAM), NeurIPS 2019, https://arxiv.org/abs/1906.07413; the
        largest margin in the constant's place is that of
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/losses.py#L27-L28
    """
    counts = check_counts(counts)
    hint = 'The published one is 0.5.'
    max_margin = check_real('max_margin', max_margin, 0, hint)
    return max_margin * (counts.min() / counts) ** 0.25


def cdt_temperatures(counts: Counts, gamma: float) -> Tensor:
    r"""Class-dependent temperatures a_c = (n_max / n_c)^gamma, >= 1.

    Args:
        counts: (C,) training images, > 0.
        gamma: Exponent of the ratio of the counts, >= 0; 0 is temperature 1
            for all.

    Returns:
        (C,) float64.

    Raises:
        ValueError: If a class has no image, or ``gamma`` is negative.

    Examples:
        >>> cdt_temperatures([100, 10, 1], gamma=0.5)
        tensor([ 1.0000,  3.1623, 10.0000], dtype=torch.float64)

    Source:
        Ye et al., 2020, https://arxiv.org/abs/2001.01385 (CDT).
    """
    counts = check_counts(counts)
    gamma = check_real('gamma', gamma, 0, 'The configs of FCC take 0.2.')
    return (counts.max() / counts) ** gamma


def check_beta(beta: float) -> float:
    """Check that ``beta`` suits :func:`class_balanced_weights`.

    Raises:
        TypeError: If it is not a number.
        ValueError: If it is not in [0, 1).
    """
    hint = 'The usual ones are 0.9, 0.99, 0.999 and 0.9999.'
    return check_real('beta', beta, 0, hint, high=1, below=True)


def check_smoothing(
    head_smoothing: float, tail_smoothing: float, shape: str
) -> tuple[float, float]:
    """Check the settings of :func:`label_aware_smoothing`.

    Raises:
        TypeError: If a smoothing is not a number.
        ValueError: If one is not in [0, 1], or the shape is unknown.
    """
    hint = 'The configs of FCC take 0.4 for the head and 0.1 for the tail.'
    head = check_real('head_smoothing', head_smoothing, 0, hint, high=1)
    tail = check_real('tail_smoothing', tail_smoothing, 0, hint, high=1)
    check_choice('shape', shape, SHAPES)
    return head, tail
