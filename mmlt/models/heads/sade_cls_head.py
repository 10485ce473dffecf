import torch
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import sade_adjustments
from mmlt.models.class_counts import ClassCountsMixin

from .multi_expert_cls_head import MultiExpertClsHead

__all__ = ['SADEClsHead']


@MODELS.register_module()
class SADEClsHead(ClassCountsMixin, MultiExpertClsHead):
    """Three experts, trained for three different test distributions.

    The training logits of each expert get its row of
    :func:`~mmlt.functional.sade_adjustments`: nothing (for the training
    distribution), log pi (for a uniform one) and log pi - tau log pi_bar (for
    the inverted one). At test the plain logits are averaged, or weighted as
    ``tools/aggregate_experts.py`` finds.

    A head with a ``scale`` normalizes its features, so that FCC in front of
    it has no effect; with ``scale=None`` the classifiers are linear and FCC
    works.

    Args:
        num_classes: C.
        in_channels: D, channels of one expert.
        num_experts: 1, 2 or 3: the first of the three; 1 is a plain head.
        scale: Factor on the cosine; None for linear classifiers with bias.
        tau: How strongly the third expert is trained for rare classes, >= 0.
        **kwargs: As :class:`MultiExpertClsHead`.

    Raises:
        ValueError: If a setting is out of range, or a class has no image.
        RuntimeError: In training, if the class counts were never set.

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249;
        tau = 2:
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/configs/config_cifar100_ir100_sade.json#L38;
        scale 30:
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/model/ldam_drw_resnets/expert_resnet_cifar.py#L99
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_experts: int = 3,
        scale: float | None = 30.0,
        tau: float = 2.0,
        **kwargs,
    ) -> None:
        super().__init__(
            num_classes, in_channels, num_experts, scale, **kwargs
        )
        self.tau = tau
        self.register_buffer('adjustments', torch.zeros(0), persistent=False)
        sade_adjustments([1], num_experts, tau)  # refuses wrong settings

    def class_counts_changed(self) -> None:
        """Compute what is added to the logits, (E, C), from the counts."""
        rows = sade_adjustments(self.class_counts, self.num_experts, self.tau)
        self.adjustments = rows.to(self.adjustments)

    def expert_losses(self, logits: Tensor, target: Tensor) -> dict:
        """Named losses from the logits of the experts, (E, N, C)."""
        self.require_class_counts()
        adjusted = logits + self.adjustments[:, None]
        return super().expert_losses(adjusted, target)
