from torch import Tensor

from mmlt.functional import balanced_softmax_loss
from mmlt.parents import MODELS

from .class_counts_loss import ClassCountsLoss

__all__ = ['BalancedSoftmaxLoss']


@MODELS.register_module()
class BalancedSoftmaxLoss(ClassCountsLoss):
    """Cross-entropy of logits with the log counts added (balanced softmax).

    As :func:`~mmlt.functional.balanced_softmax_loss`.

    Args:
        reduction: 'mean', 'sum' or 'none'.
        loss_weight: Factor on the result.

    Source:
        Ren et al., NeurIPS 2020, https://arxiv.org/abs/2007.10740 (balanced
        softmax).
    """

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices or (N, C) soft labels.
        """
        return balanced_softmax_loss(logits, labels, self.class_counts)
