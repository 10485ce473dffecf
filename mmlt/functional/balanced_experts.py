"""Balanced product of experts (BalPoE): a bias of its own for each expert."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_counts, check_real

__all__ = ['balanced_expert_adjustments', 'mean_tau']

HINT = 'The published ones are 0, 1 and 2.'


def balanced_expert_adjustments(
    counts: Sequence[int] | Tensor, taus: Sequence[float]
) -> Tensor:
    r"""What the training logits of each expert get on top: tau_k log pi.

    Convention:
        - tau 0 trains an expert for the training distribution, 1 for a
          uniform one, above 1 for the inverted one; below 0 for one that is
          more skewed than the training set.

    Args:
        counts: (C,) integers >= 1.
        taus: K finite numbers, one per expert, of any sign.

    Returns:
        (K, C) float64.

    Raises:
        ValueError: If a class has no image, or there is no finite tau.

    Examples:
        >>> balanced_expert_adjustments([9, 3, 1], taus=[-1, 0, 1])
        tensor([[ 0.3677,  1.4663,  2.5649],
                [-0.0000, -0.0000, -0.0000],
                [-0.3677, -1.4663, -2.5649]], dtype=torch.float64)

    Source:
        Sanchez Aimar et al. (BalPoE), CVPR 2023,
        https://arxiv.org/abs/2206.05260;
        https://github.com/emasa/BalPoE-CalibratedLT/blob/11f38d1fb00d6a022f0678785a4be4c2c12ce721/model/loss.py#L8-L61
    """
    mean_tau(taus)  # refuses wrong ones
    counts = check_counts(counts)
    log_prior = (counts / counts.sum()).log()
    strengths = torch.tensor(taus, dtype=torch.float64).to(log_prior.device)
    return strengths[:, None] * log_prior


def mean_tau(taus: Sequence[float]) -> float:
    """Mean of the bias strengths of the experts.

    The mean of calibrated experts' logits belongs to the prior
    pi^(1 - mean tau): to the uniform one at a mean of 1.

    Args:
        taus: K >= 1 finite numbers, of any sign.

    Returns:
        The mean.

    Raises:
        TypeError: If one is not a number.
        ValueError: If there are none, or one is not finite.

    Examples:
        >>> mean_tau([0, 1.25, 2.5])
        1.25

    Source:
        Sanchez Aimar et al. (BalPoE), CVPR 2023,
        https://arxiv.org/abs/2206.05260 (calibrated experts).
    """
    if isinstance(taus, str) or not len(taus):
        raise ValueError(
            f'Expected `taus` to be one number per expert, but got {taus!r}. '
            f'{HINT}'
        )
    low = float('-inf')
    numbers = [check_real('an entry of `taus`', t, low, HINT) for t in taus]
    return sum(numbers) / len(numbers)
