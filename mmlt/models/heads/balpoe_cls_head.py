import logging
from collections.abc import Sequence

import torch
from mmengine.logging import print_log
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import balanced_expert_adjustments, mean_tau
from mmlt.models.class_counts import ClassCountsMixin
from mmlt.models.losses.sharpness_weighted_loss import scaled_sharp_parts

from .multi_expert_cls_head import MultiExpertClsHead

__all__ = ['BalPoEClsHead']


@MODELS.register_module()
class BalPoEClsHead(ClassCountsMixin, MultiExpertClsHead):
    """Experts that are trained with logit adjustments of different strengths.

    The training logits of expert k get tau_k log pi; the loss is the mean of
    those of the experts. At test the plain logits are averaged. That is
    unbiased for a uniform test set if the mean of the taus is 1 and the
    experts are calibrated, for which mixup is part of the method; at another
    mean the head says so once.

    Args:
        num_classes: C.
        in_channels: D, channels of one expert.
        taus: Strength of each expert's adjustment, of any sign; as many as
            the backbone has experts.
        scale: Factor on the cosine; None for linear classifiers with bias.
        **kwargs: As :class:`MultiExpertClsHead`.

    Raises:
        ValueError: If a setting is out of range, or a class has no image.
        RuntimeError: In training, if the class counts were never set.

    Source:
        Sanchez Aimar et al. (BalPoE), CVPR 2023,
        https://arxiv.org/abs/2206.05260;
        https://github.com/emasa/BalPoE-CalibratedLT/blob/11f38d1fb00d6a022f0678785a4be4c2c12ce721/configs/mixup/standard_training/config_cifar100_ir100_bs-experts.json
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        taus: Sequence[float] = (0.0, 1.0, 2.0),
        scale: float | None = 30.0,
        **kwargs,
    ) -> None:
        mean = mean_tau(taus)  # refuses wrong ones
        super().__init__(num_classes, in_channels, len(taus), scale, **kwargs)
        self.taus = tuple(taus)
        self.register_buffer('adjustments', torch.zeros(0), persistent=False)
        if abs(mean - 1) > 1e-6:
            print_log(
                f'The mean of `taus` {self.taus} is {mean:g}: the mean of the '
                'experts then suits a test set whose prior is that of the '
                f'training set to the power {1 - mean:g}. For a uniform one '
                'choose taus of mean 1.',
                logger='current',
                level=logging.WARNING,
            )

    def class_counts_changed(self) -> None:
        """Compute what is added to the logits, (E, C), from the counts."""
        rows = balanced_expert_adjustments(self.class_counts, self.taus)
        self.adjustments = rows.to(self.adjustments)

    def expert_losses(self, logits: Tensor, target: Tensor) -> dict:
        """Named losses from the logits of the experts, (E, N, C).

        Their sum is the mean of the losses of the experts.
        """
        self.require_class_counts()
        adjusted = logits + self.adjustments[:, None]
        with scaled_sharp_parts(self.loss_module, 1 / self.num_experts):
            losses = super().expert_losses(adjusted, target)
        return {k: loss / self.num_experts for k, loss in losses.items()}
