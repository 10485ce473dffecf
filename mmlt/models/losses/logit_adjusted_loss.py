from torch import Tensor

from mmlt.functional import logit_adjusted_loss
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS

from .class_counts_loss import ClassCountsLoss

__all__ = ['LogitAdjustedLoss']


@MODELS.register_module()
class LogitAdjustedLoss(ClassCountsLoss):
    """Cross-entropy of the logits plus tau log n_c (logit adjustment).

    As :func:`~mmlt.functional.logit_adjusted_loss`. For a trained network use
    ``LogitAdjustedClsHead``.

    Args:
        tau: Strength of the adjustment >= 0; 0 is cross-entropy, 1 balanced
            softmax.
        reduction: 'mean', 'sum' or 'none'.
        loss_weight: Factor on the result.

    Raises:
        ValueError: If ``tau`` is negative or not finite.

    Source:
        Menon et al., ICLR 2021, https://arxiv.org/abs/2007.07314, Eq. 10.
    """

    def __init__(self, tau: float = 1.0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.tau = check_real('tau', tau, 0, 'The paper takes 1.')

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices or (N, C) soft labels.
        """
        return logit_adjusted_loss(logits, labels, self.class_counts, self.tau)
