import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32
from .label_indices import class_indices

__all__ = ['one_vs_all_focal_loss']


def one_vs_all_focal_loss(
    logits: Tensor, labels: Tensor, gamma: float = 2.0
) -> Tensor:
    r"""Focal loss of C one-vs-all classifiers, summed over the classes.

    sum_c |t_c - p_c|^gamma BCE(p_c, t_c) with p = sigmoid(z) and t the
    one-hot label.

    Convention:
        - no alpha, no prior in the bias; the sum over classes is not divided
          by C.

    Args:
        logits: (N, C).
        labels: (N,) indices; it is not linear in the label.
        gamma: Exponent of the focus, >= 0; 0 is binary cross-entropy.

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> one_vs_all_focal_loss(logits, labels)
        tensor([0.8770, 2.9622])

    Source:
        Lin et al., ICCV 2017, https://arxiv.org/abs/1708.02002; for several
        classes as Cui et al., CVPR 2019, https://arxiv.org/abs/1901.05555
    """
    logits = at_least_float32(logits)
    at_label = F.one_hot(class_indices(labels), logits.shape[1]).bool()
    # logit of the right answer of each classifier
    right = torch.where(at_label, logits, -logits)
    # p^gamma as exp(gamma log p): finite gradients where p underflows
    focus = (gamma * F.logsigmoid(-right)).exp()
    return -(focus * F.logsigmoid(right)).sum(1)
