"""Experts that agree on what an image is not: excavation of SHIKE."""

import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32

__all__ = ['hardest_negative_teacher', 'negative_suppression']

MASKED = -30.0  # of the published code; -inf would make the distance infinite


def hardest_negative_teacher(logits: Tensor, labels: Tensor) -> Tensor:
    """Logits in which the hardest wrong class of each image stands back.

    The hardest wrong class is the one with the largest mean logit; it has
    this mean. Every other wrong class has its largest logit of all experts,
    and the label has 0, as in the published code.

    Args:
        logits: (K, N, C) of K experts.
        labels: (N,) int64.

    Returns:
        (N, C), in at least float32.

    Examples:
        >>> logits = torch.tensor([[[9.0, 2.0, 0.0]], [[9.0, 1.0, 1.0]]])
        >>> hardest_negative_teacher(logits, torch.tensor([0]))
        tensor([[0.0000, 1.5000, 1.0000]])

    Source:
        Jin et al. (SHIKE), CVPR 2023, https://arxiv.org/abs/2304.01279;
        https://github.com/jinyan-06/SHIKE/blob/2b04b62dc534ddf61d896b86e8fb1c1d10b77a61/cifarTrain.py#L166-L187
    """
    logits = at_least_float32(logits)
    label = F.one_hot(labels, logits.shape[2]).bool()
    mean = logits.mean(0)
    hardest = mean.masked_fill(label, float('-inf')).argmax(1, keepdim=True)
    largest = logits.amax(0)
    teacher = largest.scatter(1, hardest, mean.gather(1, hardest))
    return teacher.masked_fill(label, 0.0)


def negative_suppression(logits: Tensor, labels: Tensor) -> Tensor:
    r"""How far the experts are from the teacher, sum_k KL(q \|\| r_k).

    q is the softmax of :func:`hardest_negative_teacher`, r_k that of the
    logits of expert k with -30 in the place of the label's.

    Convention:
        - the gradient flows to q as well, as in the published code.
        - one value per image, a sum over the classes; the published code
          divides it by C on top (``kl_div(reduction='mean')``).

    Args:
        logits: (K, N, C) of K experts.
        labels: (N,) int64.

    Returns:
        (N,) >= 0, but for rounding, in at least float32.

    Examples:
        >>> logits = torch.tensor([[[9.0, 2.0, 0.0]], [[9.0, 1.0, 1.0]]])
        >>> negative_suppression(logits, torch.tensor([0]))
        tensor([7.2604])

    Source:
        Jin et al. (SHIKE), CVPR 2023, https://arxiv.org/abs/2304.01279;
        https://github.com/jinyan-06/SHIKE/blob/2b04b62dc534ddf61d896b86e8fb1c1d10b77a61/cifarTrain.py#L189-L215
    """
    logits = at_least_float32(logits)
    log_q = F.log_softmax(hardest_negative_teacher(logits, labels), dim=1)
    label = F.one_hot(labels, logits.shape[2]).bool()
    log_r = F.log_softmax(logits.masked_fill(label, MASKED), dim=2)
    kl = F.kl_div(
        log_r, log_q.expand_as(log_r), reduction='none', log_target=True
    )
    return kl.sum(2).sum(0)
