import torch
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import diversity_temperatures, expert_diversity
from mmlt.functional.checks import check_real
from mmlt.models.class_counts import ClassCountsMixin

from .multi_expert_cls_head import MultiExpertClsHead

__all__ = ['RIDEClsHead']


@MODELS.register_module()
class RIDEClsHead(ClassCountsMixin, MultiExpertClsHead):
    """Experts with a loss each, and a term that drives them apart.

    The loss is sum_k loss(z_k) + diversity_factor times the mean of
    :func:`~mmlt.functional.expert_diversity`. The loss of an expert is LDAM,
    re-weighted in the last fifth of the schedule; with its weights the
    temperatures of the classes set in.

    It is the first stage of RIDE: all experts predict, by their mean logit.
    The router of the second, which saves experts, is not here.

    Args:
        num_classes: C.
        in_channels: D, channels of one expert.
        num_experts: E >= 1.
        scale: Factor on the cosine; None for linear classifiers with bias.
        diversity_factor: On the diversity term, of any sign; below 0 experts
            are driven apart. 0 leaves the plain sum of their losses.
        spread: How far the temperatures of the classes differ, in [0, 1).
        loss: Config or module of the loss of an expert; None: the published
            one, :func:`deferred_ldam`. The temperatures set in when a
            ``DeferredLoss`` switches; beside another loss they are there
            from the start.
        **kwargs: As :class:`MultiExpertClsHead`.

    Raises:
        ValueError: If a setting is out of range, or a class has no image.
        RuntimeError: In training, if the class counts were never set.

    Source:
        Wang et al. (RIDE), ICLR 2021, https://arxiv.org/abs/2010.01809; factor
        -0.45:
        https://github.com/frank-xwang/RIDE-LongTailRecognition/blob/ab8be5c21124612493aff87c7cf235d950bda178/configs/config_imbalance_cifar100_ride.json#L33-L40;
        -0.2, on the larger sets, and spread 0.05:
        https://github.com/frank-xwang/RIDE-LongTailRecognition/blob/ab8be5c21124612493aff87c7cf235d950bda178/model/loss.py#L125-L126
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_experts: int = 3,
        scale: float | None = 30.0,
        diversity_factor: float = -0.2,
        spread: float = 0.05,
        loss: dict | nn.Module | None = None,
        **kwargs,
    ) -> None:
        super().__init__(
            num_classes,
            in_channels,
            num_experts,
            scale,
            loss=deferred_ldam(scale or 1) if loss is None else loss,
            **kwargs,
        )
        hint = 'The published ones are -0.45 and -0.2.'
        low = float('-inf')
        check_real('diversity_factor', diversity_factor, low, hint)
        diversity_temperatures([1], spread)  # refuses wrong ones
        self.diversity_factor = diversity_factor
        self.spread = spread
        self.register_buffer('temperatures', torch.zeros(0), persistent=False)

    def class_counts_changed(self) -> None:
        """Compute the temperatures, (C,), and tell the loss the counts."""
        values = diversity_temperatures(self.class_counts, self.spread)
        self.temperatures = values.to(self.temperatures)
        if hasattr(self.loss_module, 'set_class_counts'):
            self.loss_module.set_class_counts(self.class_counts)

    def expert_losses(self, logits: Tensor, target: Tensor) -> dict:
        """Named losses from the logits of the experts, (E, N, C)."""
        self.require_class_counts()
        losses = super().expert_losses(logits, target)
        late = getattr(self.loss_module, 'switched', True)
        apart = expert_diversity(logits, self.temperatures if late else None)
        return losses | dict(
            loss_diversity=self.diversity_factor * apart.mean()
        )


def deferred_ldam(scale: float) -> dict:
    """Config of LDAM on scaled logits, re-weighted from 0.8 of the epochs on.

    Args:
        scale: Factor on the cosine in the logits, and thus on the margins,
            of which the largest is 0.5.
    """
    ldam = dict(type='LDAMLoss', scale=1.0, max_margin=0.5 * scale)
    after = dict(ldam, reweight='class_balanced', beta=0.9999)
    return dict(type='DeferredLoss', before=ldam, after=after, begin=0.8)
