from torch import Tensor

from mmlt.functional import one_vs_all_focal_loss
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS

from .per_sample_loss import PerSampleLoss

__all__ = ['OneVsAllFocalLoss']


@MODELS.register_module()
class OneVsAllFocalLoss(PerSampleLoss):
    """Focal loss of C one-vs-all classifiers.

    As :func:`~mmlt.functional.one_vs_all_focal_loss`, summed over the classes
    and divided by N. mmpretrain's ``FocalLoss`` has an additional factor alpha
    (at 0.5 it is half of this loss) and does not accept mixed labels.

    Args:
        gamma: Exponent of the focus, >= 0; 0 is binary cross-entropy.
        reduction: 'mean', 'sum' or 'none'.
        loss_weight: Factor on the result.

    Raises:
        ValueError: If ``gamma`` is negative or not finite.

    Source:
        Lin et al., ICCV 2017, https://arxiv.org/abs/1708.02002
    """

    accepts_soft_labels = False

    def __init__(self, gamma: float = 2.0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.gamma = check_real('gamma', gamma, 0, 'The usual one is 2.')

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices.
        """
        return one_vs_all_focal_loss(logits, labels, self.gamma)
