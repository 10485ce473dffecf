"""Losses on the parameters of the vMF classifier."""

import torch
from torch import Tensor

from .bessel import bessel_terms
from .checks import check_shapes, to_float64
from .unit_vectors import unit_vectors
from .vmf_overlap_sums import off_diagonal_sums
from .vmf_pairs import check_classes, widest_dtype

__all__ = ['class_feature_consistency', 'inter_class_discrepancy']


def inter_class_discrepancy(kappa: Tensor, mu: Tensor) -> Tensor:
    r"""Inter-class discrepancy loss: the mean overlap of two classes.

    $$\mathcal{L}_\mathrm{icd} = \frac{1}{C^2} \sum_{i \neq j} o_{ij}$$

    Convention:
        - divided by C^2, not C (C-1), as in the authors' code: 0 for one
          class.
        - gradients reach kappa and mu of both classes of every pair.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: Unit directions, (C, D), D >= 2.

    Returns:
        Scalar in [0, 1), dtype and device as :func:`vmf_kl`. The memory of
        forward and backward is one half of a C x C matrix in the dtype of
        ``mu`` and a few blocks of rows.

    Raises:
        TypeError: If an input is not a floating point tensor.
        ValueError: If the shapes do not fit.

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> inter_class_discrepancy(kappa, mu)
        tensor(0.0675)

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043;
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/utils_multi_K_vMF.py#L93-L96
        ("icd")
    """
    sums = off_diagonal_sums(kappa, mu)
    return (sums.sum() / len(sums) ** 2).to(widest_dtype(kappa, mu))


def class_feature_consistency(
    kappa: Tensor, mu: Tensor, features: Tensor, labels: Tensor
) -> Tensor:
    r"""Class-feature consistency loss of a batch.

    With m_c the normalized mean of the normalized features of class c,

    $$\mathcal{L}_\mathrm{cfc} = \frac{1}{|P|} \sum_{c \in P}
    \left(1 - \frac{1}{1 + \mathrm{KL}_c}\right), \qquad
    \mathrm{KL}_c = A(\kappa_c)\, \kappa_c\, (1 - \mu_c \cdot m_c),$$

    with P the classes present in the batch.

    Convention:
        - a mean over the classes present in the batch; absent ones add
          nothing, and a batch without samples gives 0.
        - 1 - mu.m is formed as \|mu - m\|^2 / 2, which for unit vectors is
          the same and does not cancel. A class whose features are all zero
          has m = 0 and no direction: 1.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: Unit directions, (C, D), D >= 2.
        features: (N, D), not normalized.
        labels: (N,), integers in 0 ... C-1.

    Returns:
        Scalar in [0, 1), in the widest dtype of the inputs (at least
        float32). Gradients reach kappa, mu and the features.

    Raises:
        TypeError: If the labels are not integers, or another input is not
            floating point.
        ValueError: If the shapes do not fit.

    Examples:
        >>> kappa = torch.tensor([10.0, 5.0])
        >>> mu = torch.eye(2)
        >>> x = torch.tensor([[1.0, 0.2], [0.1, 1.0]])
        >>> class_feature_consistency(kappa, mu, x, torch.tensor([0, 1]))
        tensor(0.0886)

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043;
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/utils_multi_K_vMF.py#L99-L103
        ("cfc")
    """
    kappa64, mu_full = check_classes(kappa, mu)
    _, dtype = to_float64('features', features.detach())
    dtype = torch.promote_types(dtype, widest_dtype(kappa, mu))
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise TypeError(
            'Expected `labels` to be integer class indices, but got '
            f'{labels.dtype}. Mixed labels have no class '
            'mean: train without mixing.'
        )
    count, dim = len(labels), mu.shape[1]
    check_shapes(
        'One row and one label per sample.',
        features=(features, f'N {dim}'),
        labels=(labels, 'N'),
    )
    labels = labels.long()
    # The first sample of each class in the batch stands for the class: sizes
    # depend on N alone, and nothing has to be known on the host.
    index = torch.arange(count, device=labels.device)
    first = torch.full_like(kappa64, count, dtype=torch.long)
    first = first.scatter_reduce(0, labels, index, 'amin')[labels]
    present = first == index
    unit = unit_vectors(features, dtype=dtype)
    sums = torch.zeros_like(unit).index_add(0, first, unit)
    means = unit_vectors(sums)
    away = mu_full.to(dtype)[labels] - means
    gap = away.square().sum(1).to(torch.float64) / 2
    gap = torch.where((means != 0).any(1), gap, 1)
    scale = bessel_terms(dim / 2 - 1, kappa64)[1] * kappa64
    kl = scale[labels] * gap
    loss = torch.where(present, kl / (1 + kl), 0).sum()
    return (loss / present.sum().clamp(min=1)).to(dtype)
