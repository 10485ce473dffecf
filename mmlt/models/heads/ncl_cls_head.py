import torch
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import log_counts, ncl_losses
from mmlt.functional.checks import check_choice, check_real
from mmlt.functional.collaboration import EXCLUDED
from mmlt.models.class_counts import ClassCountsMixin

from .multi_expert_cls_head import MultiExpertClsHead

__all__ = ['NCLClsHead']


@MODELS.register_module()
class NCLClsHead(ClassCountsMixin, MultiExpertClsHead):
    """Experts that are trained by balanced softmax and by each other.

    The four terms of :func:`~mmlt.functional.ncl_losses`: balanced softmax
    over all classes and over the hard ones of each image, and the distance
    of the experts' predictions over both. The head of an ``NCLClassifier``.

    Args:
        num_classes: C.
        in_channels: D, channels of one expert.
        num_experts: K >= 1.
        hard_fraction: Share of the classes that are hard, in (0, 1]:
            floor(share C) of them, at least 1, the label among them.
        distill_weight: Factor on both distances, >= 0.
        excluded: How the logits of the other classes are treated: 'zero' or
            'drop', see :func:`~mmlt.functional.restrict_logits`.
        scale: None for linear classifiers; a number for scale times cosine.
        **kwargs: As :class:`MultiExpertClsHead`: ``bias``, ``unit_rows``,
            ...; ``loss`` is not used.

    Raises:
        ValueError: If a setting is out of range, or a class has no image.
        TypeError: In training, for labels that are not one per image.
        RuntimeError: In training, if the class counts were never set.

    Source:
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359; weight
        0.6 and 30 of 100 classes:
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/config/CIFAR/CIFAR100/cifar100_im100_NCL.yaml#L36-L38;
        300 of 1,000:
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/config/ImageNet_LT/ImageNet_LT.yaml#L32;
        2,442 of 8,142:
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/config/iNat18/inat18_NCL.yaml#L33
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_experts: int = 3,
        hard_fraction: float = 0.3,
        distill_weight: float = 0.6,
        excluded: str = 'zero',
        scale: float | None = None,
        **kwargs,
    ) -> None:
        super().__init__(
            num_classes, in_channels, num_experts, scale, **kwargs
        )
        hint = 'The published one is 0.3.'
        check_real('hard_fraction', hard_fraction, 0, hint, high=1, above=True)
        check_real(
            'distill_weight', distill_weight, 0, 'The published one is 0.6.'
        )
        check_choice('excluded', excluded, EXCLUDED)
        # 1e-9: 0.29 times 100 is 29, whatever the last binary digit
        self.num_hard = max(int(hard_fraction * num_classes + 1e-9), 1)
        self.distill_weight = distill_weight
        self.excluded = excluded
        self.register_buffer('log_counts', torch.zeros(0), persistent=False)

    def class_counts_changed(self) -> None:
        """Compute the logarithm of the counts, (C,)."""
        self.refuse_empty_classes('the loss takes the logarithm of its number')
        self.log_counts = log_counts(self.class_counts).to(self.log_counts)

    def expert_losses(self, logits: Tensor, target: Tensor) -> dict:
        """Named losses from the logits of the experts, (K, N, C)."""
        self.require_class_counts()
        if not isinstance(target, Tensor) or target.dim() != 1:
            raise TypeError(
                'Expected one label per image, but NCLClsHead got mixed or '
                'soft labels. The hard classes of an image are those of its '
                'label: train without mixing.'
            )
        ce, hard, apart, hard_apart = (
            term.mean()
            for term in ncl_losses(
                logits, target, self.log_counts, self.num_hard, self.excluded
            )
        )
        return dict(
            loss_ce=ce,
            loss_hard_ce=hard,
            loss_distill=self.distill_weight * apart,
            loss_hard_distill=self.distill_weight * hard_apart,
        )
