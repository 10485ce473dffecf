from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import mutual_distillation, negative_suppression
from mmlt.functional.checks import check_real

from .multi_expert_cls_head import MultiExpertClsHead

__all__ = ['SHIKEClsHead']


@MODELS.register_module()
class SHIKEClsHead(MultiExpertClsHead):
    """Experts that learn from each other what an image is not.

    The first stage of SHIKE: the losses of the experts, the distance of
    their wrong classes from a common teacher
    (:func:`~mmlt.functional.negative_suppression`) and that of their
    predictions from each other, sum KL(p_j || p_i) over all ordered pairs.
    Both distances are divided by C, as published. The second stage is a
    ``MultiExpertClsHead`` with balanced softmax.

    Args:
        num_classes: C.
        in_channels: D, channels of one expert.
        num_experts: E >= 1.
        scale: Factor on the cosine; None for linear classifiers with bias.
        suppression_weight: Factor on the distance from the teacher, >= 0.
        mutual_weight: Factor on that of the predictions, >= 0.
        **kwargs: As :class:`MultiExpertClsHead`.

    Raises:
        ValueError: If a setting is out of range.
        TypeError: In training, for labels that are not one per image.

    Source:
        Jin et al. (SHIKE), CVPR 2023, https://arxiv.org/abs/2304.01279;
        weights 10 and 1:
        https://github.com/jinyan-06/SHIKE/blob/2b04b62dc534ddf61d896b86e8fb1c1d10b77a61/cifarTrain.py#L209-L220
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_experts: int = 3,
        scale: float | None = 30.0,
        suppression_weight: float = 10.0,
        mutual_weight: float = 1.0,
        **kwargs,
    ) -> None:
        super().__init__(
            num_classes, in_channels, num_experts, scale, **kwargs
        )
        hint = 'The published one is 10.'
        check_real('suppression_weight', suppression_weight, 0, hint)
        check_real(
            'mutual_weight', mutual_weight, 0, 'The published one is 1.'
        )
        self.suppression_weight = suppression_weight
        self.mutual_weight = mutual_weight

    def expert_losses(self, logits: Tensor, target: Tensor) -> dict:
        """Named losses from the logits of the experts, (E, N, C)."""
        if not isinstance(target, Tensor) or target.dim() != 1:
            raise TypeError(
                'Expected one label per image, but SHIKEClsHead got mixed or '
                'soft labels. The wrong classes of an image are all but its '
                'label: train without mixing.'
            )
        apart = negative_suppression(logits, target).mean()
        # the function has the mean over the E - 1 others
        mutual = (self.num_experts - 1) * mutual_distillation(logits).mean()
        per_class = 1 / self.num_classes
        return super().expert_losses(logits, target) | dict(
            loss_suppression=self.suppression_weight * per_class * apart,
            loss_mutual=self.mutual_weight * per_class * mutual,
        )
