from torch import Tensor

from mmlt.functional import inter_class_discrepancy
from mmlt.parents import MODELS

from .decaying_weight import DecayingWeight

__all__ = ['InterClassDiscrepancyLoss']


@MODELS.register_module()
class InterClassDiscrepancyLoss(DecayingWeight):
    """Pushes the densities of the classes apart: the mean of their overlaps.

    The weighted :func:`~mmlt.functional.inter_class_discrepancy`.

    Args:
        loss_weight: Weight in the first epoch.
        decay_power: Exponent of the decay over the epochs; 0 for none.
        loss_name: Under which the head reports it.

    Raises:
        ValueError: If a setting is negative, or the name lacks 'loss'
            (mmengine adds up what has it).

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043;
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/utils_multi_K_vMF.py#L93-L96
        ("icd"), weight 0.2 and power 0.9:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/run_networks.py#L266-L268
    """

    def __init__(
        self,
        loss_weight: float = 0.2,
        decay_power: float = 0.9,
        loss_name: str = 'loss_icd',
    ) -> None:
        super().__init__(loss_weight, decay_power, loss_name)

    def forward(
        self,
        kappa: Tensor,
        mu: Tensor,
        features: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Tensor:
        """Weighted loss, a scalar.

        Args:
            kappa: Concentrations, (C,), >= 0.
            mu: (C, D), unit rows.
            features: Not used.
            labels: Not used.
        """
        return self.weight * inter_class_discrepancy(kappa, mu)
