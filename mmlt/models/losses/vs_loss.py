from torch import Tensor

from mmlt.functional import vs_loss
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS

from .cdt_loss import CDTLoss

__all__ = ['VSLoss']


@MODELS.register_module()
class VSLoss(CDTLoss):
    """Cross-entropy with vector-scaled logits (VS): CDT and LA in one.

    The temperatures are those of :class:`CDTLoss`, (n_max / n_c)^gamma, the
    offsets those of :class:`LogitAdjustedLoss`, tau log n_c.

    Args:
        gamma: Exponent of the temperatures, >= 0; 0 is logit adjustment.
        tau: Strength of the offsets, >= 0; 0 is CDT.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If ``gamma`` or ``tau`` is negative or not finite.

    Source:
        Kini et al. (VS loss), NeurIPS 2021, https://arxiv.org/abs/2103.01550;
        the defaults are those of
        https://github.com/orparask/VS-Loss/blob/7ade9c9959951212415bb9aa4f5563caa5182e5e/class_imbalance/losses.py#L34-L53
    """

    def __init__(self, gamma: float = 0.3, tau: float = 1.0, **kwargs) -> None:
        super().__init__(gamma, **kwargs)
        hint = 'The published code takes 1 unless told otherwise.'
        self.tau = check_real('tau', tau, 0, hint)

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices or (N, C) soft labels.
        """
        return vs_loss(
            logits, labels, self.class_counts, self.temperatures, self.tau
        )
