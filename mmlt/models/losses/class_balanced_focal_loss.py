from torch import Tensor

from mmlt.functional import label_weights, one_vs_all_focal_loss
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS

from .reweighted_loss import ReweightedLoss

__all__ = ['ClassBalancedFocalLoss']


@MODELS.register_module()
class ClassBalancedFocalLoss(ReweightedLoss):
    """One-vs-all focal loss with class weights, divided by N.

    Unlike weighted cross-entropy it is not divided by the weights of the
    batch, as in the published code.

    Args:
        gamma: Exponent of the focus, >= 0, of
            :func:`~mmlt.functional.one_vs_all_focal_loss`.
        reweight: 'class_balanced'; 'cost_sensitive', n_min / n_c, the second
            stage of DRW-focal; or None.
        beta: In [0, 1), of 'class_balanced'; 0 is the plain focal loss.
        power: >= 0, of 'cost_sensitive'; 0 is the plain focal loss.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If a setting is out of range or unknown.

    Source:
        Cui et al., CVPR 2019, https://arxiv.org/abs/1901.05555
    """

    accepts_soft_labels = False

    def __init__(
        self,
        gamma: float = 1.0,
        reweight: str | None = 'class_balanced',
        beta: float = 0.9999,
        power: float = 1.0,
        **kwargs,
    ) -> None:
        super().__init__(reweight, beta, power, **kwargs)
        self.gamma = check_real('gamma', gamma, 0, 'The usual ones: 1 and 2.')

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Weighted loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices.
        """
        losses = one_vs_all_focal_loss(logits, labels, self.gamma)
        weights = label_weights(labels, self.class_weights)
        return losses * weights.to(losses.dtype)

    def label_weights(self, labels: Tensor) -> None:
        """None: the mean divides by N."""
        return
