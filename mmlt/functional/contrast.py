"""Contrast of a query with its key and a queue of other keys."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32
from .unit_vectors import unit_vectors

__all__ = ['contrastive_loss']


def contrastive_loss(
    queries: Tensor,
    keys: Tensor,
    queue: Tensor,
    temperature: float = 0.2,
) -> Tensor:
    r"""Negative log-probability that a query finds its own key.

    -log exp(q.k / T) / (exp(q.k / T) + sum_m exp(q.m / T)), m the rows of the
    queue; all are divided by their length first.

    Args:
        queries: (N, D).
        keys: (N, D), of the same images; no gradient flows to them.
        queue: (M, D), keys of other images; no gradient flows to them.
        temperature: T > 0, dimensionless.

    Returns:
        (N,) >= 0, in at least float32.

    Examples:
        >>> queries = torch.tensor([[1.0, 0.0]])
        >>> queue = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
        >>> contrastive_loss(queries, queries, queue, temperature=0.2)
        tensor([0.0068])

    Source:
        He et al. (MoCo), CVPR 2020, https://arxiv.org/abs/1911.05722, Eq. 1;
        in NCL with T = 0.2:
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/config/CIFAR/CIFAR100/cifar100_im100_NCL_with_contrastive.yaml#L16-L19
    """
    q = unit_vectors(queries, dtype=at_least_float32(queries).dtype)
    k = unit_vectors(at_least_float32(keys.detach()))
    negatives = unit_vectors(at_least_float32(queue.detach()))
    # not in half precision: cosines are divided by a small temperature
    with torch.autocast(q.device.type, enabled=False):
        own = (q * k).sum(1, keepdim=True)
        others = q @ negatives.to(q.dtype).T
    logits = torch.cat([own, others], dim=1) / temperature
    return -F.log_softmax(logits, dim=1)[:, 0]
