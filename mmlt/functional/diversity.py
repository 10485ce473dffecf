"""Experts that are driven apart: the diversity term of RIDE."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32, check_counts, check_real
from .losses import per_class

__all__ = ['diversity_temperatures', 'expert_diversity']


def diversity_temperatures(
    counts: Sequence[int] | Tensor, spread: float = 0.05
) -> Tensor:
    r"""Temperature of each class, in proportion to 1 + spread (C pi - 1).

    pi is the class prior; the most frequent class has 1, the others less.

    Args:
        counts: (C,) integers >= 1.
        spread: In [0, 1); 0 gives every class the temperature 1.

    Returns:
        (C,) float64 in (0, 1].

    Raises:
        ValueError: If a class has no image, or ``spread`` is out of range.

    Examples:
        >>> diversity_temperatures([500, 100, 20, 5])
        tensor([1.0000, 0.8847, 0.8616, 0.8573], dtype=torch.float64)

    Source:
        Wang et al. (RIDE), ICLR 2021, https://arxiv.org/abs/2010.01809;
        divided by the largest as in
        https://github.com/frank-xwang/RIDE-LongTailRecognition/blob/ab8be5c21124612493aff87c7cf235d950bda178/model/loss.py#L162-L168
    """
    counts = check_counts(counts)
    hint = 'The published ones are 0.05, 0.02 and 0.015.'
    check_real('spread', spread, 0, hint, high=1, below=True)
    raw = 1 + spread * (len(counts) * counts / counts.sum() - 1)
    return raw / raw.max()


def expert_diversity(
    logits: Tensor, temperatures: Tensor | None = None
) -> Tensor:
    r"""How far the experts are from their mean, sum_k T^2 KL(p_bar \|\| p_k).

    p_k is the softmax of the logits of expert k, p_bar that of the mean of
    all logits; before a softmax every logit is divided by the temperature of
    its class, and T is the mean of these. RIDE adds it to the loss with a
    factor below 0.

    Convention:
        - p_bar is a constant: the gradient flows to each p_k alone.
        - one value per image; its mean over the batch is PyTorch's
          ``kl_div(reduction='batchmean')``.

    Args:
        logits: (E, N, C) of E experts.
        temperatures: (C,) > 0, :func:`diversity_temperatures`; None: 1.

    Returns:
        (N,) >= 0, but for rounding, in at least float32; 0 for one expert.

    Raises:
        ValueError: If there are not as many temperatures as classes.

    Examples:
        >>> logits = torch.tensor([[[2.0, 0.0]], [[0.0, 0.0]]])  # two experts
        >>> expert_diversity(logits)
        tensor([0.1936])
        >>> expert_diversity(logits[:1].repeat(2, 1, 1))  # they agree
        tensor([0.])

    Source:
        Wang et al. (RIDE), ICLR 2021, https://arxiv.org/abs/2010.01809; from
        the mean instead of pairwise as in
        https://github.com/frank-xwang/RIDE-LongTailRecognition/blob/ab8be5c21124612493aff87c7cf235d950bda178/model/loss.py#L231-L245
    """
    logits = at_least_float32(logits)
    mean = logits.detach().mean(0)
    if temperatures is None:
        temperatures = torch.ones_like(mean[0])
    divisor = per_class(temperatures, mean)
    logits, mean = logits / divisor, mean / divisor
    kl = F.kl_div(
        F.log_softmax(logits, dim=2),
        F.log_softmax(mean, dim=1).expand_as(logits),
        reduction='none',
        log_target=True,
    )
    return divisor.mean() ** 2 * kl.sum(2).sum(0)
