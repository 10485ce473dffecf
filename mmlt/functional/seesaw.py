import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32
from .label_indices import class_indices
from .losses import PerClass, per_class

__all__ = ['seesaw_loss']


def seesaw_loss(
    logits: Tensor,
    labels: Tensor,
    counts: PerClass,
    p: float = 0.8,
    q: float = 2.0,
    eps: float = 1e-2,
) -> Tensor:
    r"""Cross-entropy in which rare classes are punished less as wrong answers.

    For an image of class i, exp(z_j) of each other class j is multiplied by
    M_ij C_ij: M_ij = min(1, n_j / n_i)^p spares the classes that are rarer
    than i, and C_ij = max(1, sigma_j / max(sigma_i, eps))^q gives a wrong
    answer that is more likely than the right one its full weight again.

    Convention:
        - sigma is the softmax of the logits; C has no gradient.
        - a class that was never seen counts as one image.
        - computed in log space, and for the classes of the labels alone:
          memory N C, where mmpretrain's ``SeesawLoss`` has a matrix C x C.

    Args:
        logits: (N, C) z.
        labels: (N,) indices; it is not linear in the label.
        counts: (C,) n, images of each class, >= 0: seen so far, as
            published, or of the training set.
        p: Exponent of the mitigation M, >= 0; 0 is without it.
        q: Exponent of the compensation C, >= 0; 0 is without it.
        eps: Lower bound of sigma_i, > 0.

    Returns:
        (N,); with p = q = 0 the cross-entropy.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> seesaw_loss(logits, labels, [100, 10, 1])
        tensor([0.0599, 4.1791])

    Source:
        Wang et al. (Seesaw loss), CVPR 2021,
        https://arxiv.org/abs/2008.10032, Eq. 3 to 8
    """
    logits = at_least_float32(logits)
    labels = class_indices(labels)
    seen = per_class(counts, logits).clamp(min=1).log()
    mitigation = p * (seen - seen[labels, None]).clamp(max=0)
    log_sigma = logits.detach().log_softmax(1)
    right = log_sigma.gather(1, labels[:, None])
    bound = torch.tensor(eps, dtype=right.dtype, device=right.device).log()
    compensation = q * (log_sigma - right.maximum(bound)).clamp(min=0)
    others = 1 - F.one_hot(labels, logits.shape[1])
    weighed = logits + others * (mitigation + compensation)
    return F.cross_entropy(weighed, labels, reduction='none')
