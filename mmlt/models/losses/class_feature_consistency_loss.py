from torch import Tensor

from mmlt.functional import class_feature_consistency
from mmlt.parents import MODELS

from .decaying_weight import DecayingWeight

__all__ = ['ClassFeatureConsistencyLoss']


@MODELS.register_module()
class ClassFeatureConsistencyLoss(DecayingWeight):
    """Draws the density of a class and its features in a batch together.

    The weighted :func:`~mmlt.functional.class_feature_consistency`. Labels
    must be integers: mixed ones have no class mean.

    Args:
        loss_weight: Weight in the first epoch.
        decay_power: Exponent of the decay over the epochs; 0 for none.
        loss_name: Under which the head reports it.

    Raises:
        ValueError: If a setting is negative, or the name lacks 'loss' (the
            mmengine adds up what has it).

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043;
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/utils_multi_K_vMF.py#L99-L103
        ("cfc"), weight 0.2 and power 0.9:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/run_networks.py#L266-L270.
        No published configuration switches it on.
    """

    def __init__(
        self,
        loss_weight: float = 0.2,
        decay_power: float = 0.9,
        loss_name: str = 'loss_cfc',
    ) -> None:
        super().__init__(loss_weight, decay_power, loss_name)

    def forward(
        self, kappa: Tensor, mu: Tensor, features: Tensor, labels: Tensor
    ) -> Tensor:
        """Weighted loss, a scalar.

        Args:
            kappa: Concentrations, (C,), >= 0.
            mu: (C, D), unit rows.
            features: (N, D), not normalized.
            labels: (N,) integers.
        """
        return self.weight * class_feature_consistency(
            kappa, mu, features, labels
        )
