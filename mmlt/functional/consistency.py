"""Experts whose weak views teach the strong ones: consistency of MDCS."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32, check_integer

__all__ = ['confident_consistency', 'warmup_share']


def confident_consistency(
    weak: Tensor, strong: Tensor, labels: Tensor
) -> Tensor:
    r"""KL(p_weak \|\| p_strong) of each expert, over the images it has right.

    p is the softmax of an expert's training logits for one view of an image.
    The mean runs over the images whose label has the largest logit in the
    weak view of that expert; it is 0 where there are none.

    Convention:
        - p_weak is a constant: the gradient flows to the strong view alone.
        - of equal largest logits the first counts, as in ``argmax``.

    Args:
        weak: (E, N, C) logits of E experts for the weak views of N images.
        strong: (E, N, C), for the strong views.
        labels: (N,) int64.

    Returns:
        (E,) >= 0, but for rounding, in at least float32.

    Raises:
        ValueError: If the shapes of the two views differ.

    Examples:
        >>> weak = torch.tensor([[[2.0, 0.0], [0.0, 2.0]]])  # one expert
        >>> strong = torch.zeros(1, 2, 2)
        >>> confident_consistency(weak, strong, torch.tensor([0, 1]))
        tensor([0.3278])
        >>> confident_consistency(weak, strong, torch.tensor([1, 0]))  # wrong
        tensor([0.])

    Source:
        Zhao et al. (MDCS), ICCV 2023, https://arxiv.org/abs/2308.09922,
        "confident instance sampling";
        https://github.com/fistyee/MDCS/blob/1a1d54e55f114c1d922ded64e3a48a4808bddd23/model/loss.py#L381-L419
    """
    if weak.shape != strong.shape:
        raise ValueError(
            'Expected `strong` to have the shape of `weak`, '
            f'{tuple(weak.shape)}, but got {tuple(strong.shape)}. Each image '
            'has a weak view and a strong one.'
        )
    weak = at_least_float32(weak.detach())
    right = weak.argmax(2) == labels
    kl = F.kl_div(
        F.log_softmax(at_least_float32(strong), dim=2),
        F.log_softmax(weak, dim=2),
        reduction='none',
        log_target=True,
    ).sum(2)
    total = torch.where(right, kl, torch.zeros_like(kl)).sum(1)
    return total / right.sum(1).clamp(min=1)


def warmup_share(epoch: int, warmup: int) -> float:
    """Share of its weight that a term has while it is warmed up.

    Args:
        epoch: Counted from 0, >= 0.
        warmup: Number of the first epoch with the whole weight, counted from
            1; 0 and 1 mean no warm-up.

    Returns:
        (epoch + 1) / warmup, at most 1.

    Raises:
        ValueError: If one is below 0.

    Examples:
        >>> warmup_share(0, 20), warmup_share(4, 20), warmup_share(19, 20)
        (0.05, 0.25, 1.0)

    Source:
        Zhao et al. (MDCS), ICCV 2023, https://arxiv.org/abs/2308.09922; the
        epoch counts from 1 as in
        https://github.com/fistyee/MDCS/blob/1a1d54e55f114c1d922ded64e3a48a4808bddd23/model/loss.py#L421
    """
    check_integer('epoch', epoch, 0, 'The first is 0.')
    check_integer('warmup', warmup, 0, 'The published one is 20.')
    return min((epoch + 1) / max(warmup, 1), 1.0)
