"""Scaling factors of Feature Clusters Compression (FCC)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_choice, check_integer, check_labels, check_real

__all__ = [
    'compress_features',
    'compress_mixed_features',
    'compression_factors',
]

STRATEGIES = (
    'equal_difference',
    'half_top',
    'half_bottom',
    'uniform',
    'reverse',
)
ORDERS = ('frequency', 'index')


def check_compression_settings(
    gamma: float, strategy: str, order: str, round_digits: int | None
) -> None:
    """Check the settings of :func:`compression_factors`.

    Raises:
        ValueError: If one is out of range or unknown.
    """
    check_choice('strategy', strategy, STRATEGIES)
    check_choice('order', order, ORDERS)
    most = 1 if strategy == 'reverse' else math.inf  # 1 - gamma is a factor
    hint = (
        'The paper uses 0.5 on CIFAR-10-LT, 1.0 on CIFAR-100-LT, 0.1 on '
        'ImageNet-LT.'
    )
    check_real('gamma', gamma, 0, hint, high=most)
    if round_digits is not None:
        hint = 'The published code rounds to 2 digits; None does not round.'
        check_integer('round_digits', round_digits, 0, hint)


def compression_factors(
    num_classes: int,
    gamma: float,
    strategy: str = 'equal_difference',
    counts: Sequence[int] | Tensor | None = None,
    order: str = 'frequency',
    round_digits: int | None = None,
) -> Tensor:
    r"""Factor tau_c that scales the training features of each class.

    With k the position of a class and C the number of classes:

    ==================  ====================================================
    strategy            tau_k
    ==================  ====================================================
    equal_difference    1 + gamma (1 - k/C)
    half_top            equal_difference for k <= floor(C/2), otherwise 1
    half_bottom         equal_difference for k >= floor(C/2), otherwise 1
    uniform             1 + gamma
    reverse             1 - gamma k/C
    ==================  ====================================================

    Convention:
        - the most frequent class has the largest tau (``reverse``: also the
          largest, 1, but here features are expanded, tau <= 1).
        - the position of a class is its rank by training images, most
          first, ties by index (``order='frequency'``), or its index
          (``order='index'``, as the published code has it). They are equal
          where classes are sorted by count, as in CIFAR-LT; by index,
          tau has nothing to do with the counts where ids are not sorted, as
          in ImageNet-LT or a folder of class names.
        - both halves hold class floor(C/2), as in the published code.
        - rounded, tau is 1 + gamma - k (gamma/C) as the published code
          computes it, so that halves fall to the same side.

    Args:
        num_classes: C >= 1.
        gamma: Strength of the compression >= 0, dimensionless; at most 1 for
            ``reverse``.
        strategy: One of the table.
        counts: (C,) training images, needed for ``order='frequency'`` alone.
        order: 'frequency' or 'index'.
        round_digits: Decimal digits that tau is rounded to; None keeps all.
            The published code rounds to 2.

    Returns:
        (C,) float64.

    Raises:
        ValueError: If an argument is out of range or unknown, or ``counts``
            is missing or has another length.

    Examples:
        >>> compression_factors(3, gamma=0.5, counts=[100, 5, 20])
        tensor([1.5000, 1.1667, 1.3333], dtype=torch.float64)
        >>> compression_factors(3, gamma=0.5, order='index')
        tensor([1.5000, 1.3333, 1.1667], dtype=torch.float64)

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        Algorithm 1 and Appendix C, Eq. 10. The released source has
        'equal_difference' alone, rounded:
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/fcc/fcc_functions.py#L32-L51.
        The boundary of the halves is not in the appendix and follows a
        compiled older version, whose own "reverse" is 1 + gamma k/C and is not
        what Eq. 10 says:
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/fcc/__pycache__/fcc_functions.cpython-38.pyc
    """
    check_compression_settings(gamma, strategy, order, round_digits)
    hint = 'The factors are one per class.'
    check_integer('num_classes', num_classes, 1, hint)
    position = torch.arange(num_classes)
    if order == 'frequency':
        if counts is None or len(counts) != num_classes:
            got = 'None' if counts is None else f'{len(counts)} of them'
            raise ValueError(
                f'Expected `counts` with {num_classes} entries for '
                f"order='frequency', but got {got}. Pass the training "
                "images per class, or order='index' where classes are "
                'sorted by them, most first.'
            )
        by_count = torch.as_tensor(counts).cpu()
        by_count = by_count.argsort(descending=True, stable=True)
        position[by_count] = torch.arange(num_classes)
    position = position.double()
    share = position / num_classes
    if round_digits is None:
        tau = 1 + gamma * (1 - share)
    else:
        # the published order of operations: another last binary digit
        # rounds 10 of 1,000 classes by 0.01 more
        tau = 1 + gamma - position * (gamma / num_classes)
    half = num_classes // 2
    if strategy == 'half_top':
        tau[position > half] = 1
    elif strategy == 'half_bottom':
        tau[position < half] = 1
    elif strategy == 'uniform':
        tau = torch.full_like(tau, 1 + gamma)
    elif strategy == 'reverse':
        tau = 1 - gamma * share
    if round_digits is not None:
        # Python's decimal rounding: torch.round scales by 10**digits first
        tau = torch.tensor(
            [round(t, round_digits) for t in tau.tolist()], dtype=tau.dtype
        )
    return tau


def compress_features(features: Tensor, labels: Tensor, tau: Tensor) -> Tensor:
    """Scale each sample's feature by the factor of its class, F' = tau_y F.

    Args:
        features: (N, ...), floating point.
        labels: (N,) class indices, any integers, or (N, C) soft labels, whose
            weighted mean of tau is used.
        tau: Factors of FCC, (C,), as :func:`compression_factors` gives them.

    Returns:
        Shape and dtype of ``features``.

    Raises:
        TypeError: If labels (N,) are not integers.
        ValueError: If there are not N, or one is no class of ``tau``; on a
            GPU, where looking at them would wait for it, torch stops with an
            error of its own.

    Examples:
        >>> tau = compression_factors(3, gamma=0.5, order='index')
        >>> compress_features(torch.ones(2, 2), torch.tensor([0, 2]), tau)
        tensor([[1.5000, 1.5000],
                [1.1667, 1.1667]])

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        Algorithm 1, line 6. Soft labels are ours; the published code takes the
        first label of a mixed image:
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/core/combiner.py#L190
    """
    tau = tau.to(features.dtype)
    if len(labels) != len(features):
        raise ValueError(
            f'Expected one label for each of the {len(features)} features, '
            f'but got {len(labels)}. Pass the labels of the same batch.'
        )
    if labels.dim() == 1:
        factor = tau[_checked_indices(labels, tau)]
    else:
        factor = labels.to(features.dtype) @ tau
    return features * factor.view(-1, *[1] * (features.dim() - 1))


def compress_mixed_features(
    features: Tensor,
    label_a: Tensor,
    label_b: Tensor,
    weight: Tensor,
    tau: Tensor,
) -> Tensor:
    """Scale features of mixed images, by the mean of two factors.

    Args:
        features: (N, ...), floating point.
        label_a: (N,) integers.
        label_b: (N,) integers.
        weight: (N,) weight of ``label_a`` in [0, 1]; ``label_b`` has the
            rest.
        tau: Factors of FCC, (C,), as :func:`compression_factors` gives them.

    Returns:
        Shape and dtype of ``features``: times ``weight * tau[label_a] +
        (1 - weight) * tau[label_b]``.

    Raises:
        TypeError: As :func:`compress_features`.
        ValueError: As :func:`compress_features`.

    Examples:
        >>> x, weight = torch.ones(1, 2), torch.tensor([0.4])
        >>> a, b = torch.tensor([0]), torch.tensor([1])
        >>> compress_mixed_features(x, a, b, weight, torch.tensor([1.5, 1.0]))
        tensor([[1.2000, 1.2000]])

    Source:
        Ours: :func:`compress_features` of the mixed one-hot labels. The
        published code takes tau of ``label_a`` whatever the weight:
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/core/combiner.py#L190
    """
    first, second = (_checked_indices(y, tau) for y in (label_a, label_b))
    weight = weight.to(tau.dtype)
    factor = weight * tau[first] + (1 - weight) * tau[second]
    factor = factor.to(features.dtype)
    return features * factor.view(-1, *[1] * (features.dim() - 1))


def _checked_indices(labels: Tensor, tau: Tensor) -> Tensor:
    """Labels (N,) as int64, their values looked at on a CPU.

    Torch takes uint8 for a mask.
    """
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise TypeError(
            'Expected `labels` (N,) to be integers, but got '
            f'{labels.dtype}. Pass class indices, or (N, C) soft labels.'
        )
    labels = labels.long()
    if labels.device.type == 'cpu' and not torch.compiler.is_compiling():
        hint = 'Are the class counts those of these classes?'
        check_labels(labels, len(tau), hint)
    return labels
