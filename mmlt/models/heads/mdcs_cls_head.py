from collections.abc import Sequence

from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import confident_consistency, warmup_share
from mmlt.functional.checks import check_real
from mmlt.functional.schedule import check_epoch, epoch_of
from mmlt.models.progress import warn_of_unknown_epoch

from .balpoe_cls_head import BalPoEClsHead

__all__ = ['MDCSClsHead']


@MODELS.register_module()
class MDCSClsHead(BalPoEClsHead):
    """Experts of different strengths, each taught by its own weak views.

    The losses of a ``BalPoEClsHead`` on both views of every image, added
    instead of averaged over the experts, and consistency_weight times the
    sum of :func:`~mmlt.functional.confident_consistency` over them. The
    head of a ``TwoViewClassifier``: it gets the features of N weak views,
    then those of the N strong ones, and N labels.

    ``LongTailHook`` tells the epoch; until then it is the first.

    Args:
        num_classes: C.
        in_channels: D, channels of one expert.
        taus: Strength of each expert's logit adjustment, of any sign.
        scale: Factor on the cosine; None for linear classifiers with bias.
        consistency_weight: Factor on the consistency, >= 0.
        warmup: Epochs in which that factor grows linearly: an int, or a
            float in [0, 1), a share of the schedule; 0 for none.
        **kwargs: As :class:`BalPoEClsHead`.

    Raises:
        ValueError: If a setting is out of range, a class has no image, or
            there are not two views of each image.
        TypeError: In training, for labels that are not one per image.
        RuntimeError: In training, if the class counts were never set.

    Source:
        Zhao et al. (MDCS), ICCV 2023, https://arxiv.org/abs/2308.09922; taus,
        weight and warm-up:
        https://github.com/fistyee/MDCS/blob/1a1d54e55f114c1d922ded64e3a48a4808bddd23/model/loss.py#L361-L421
    """

    num_views = 2

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        taus: Sequence[float] = (-0.5, 1.0, 2.5),
        scale: float | None = 30.0,
        consistency_weight: float = 0.6,
        warmup: int | float = 20,
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, taus, scale, **kwargs)
        hint = 'The published one is 0.6.'
        check_real('consistency_weight', consistency_weight, 0, hint)
        self.consistency_weight = consistency_weight
        self.warmup = check_epoch('warmup', warmup)
        self._share: float | None = None

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Set the weight of the consistency; called before each epoch.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        self._share = warmup_share(epoch, epoch_of(self.warmup, max_epochs))

    def expert_losses(self, logits: Tensor, target: Tensor) -> dict:
        """Named losses from the logits of the experts, (E, 2 N, C)."""
        self.require_class_counts()
        if not isinstance(target, Tensor) or target.dim() != 1:
            raise TypeError(
                'Expected one label per image, but MDCSClsHead got mixed or '
                'soft labels. A view is right or wrong about one class: '
                'train without mixing.'
            )
        num = len(target)
        if logits.shape[1] != 2 * num:
            raise ValueError(
                f'Expected the features of two views of {num} images, but '
                f'got {logits.shape[1]}. Set `model.type=TwoViewClassifier` '
                'and `data_preprocessor.type=TwoViewDataPreprocessor`.'
            )
        losses = super().expert_losses(logits, target.repeat(2))
        losses = {k: self.num_experts * loss for k, loss in losses.items()}
        adjusted = logits + self.adjustments[:, None]
        apart = confident_consistency(
            adjusted[:, :num], adjusted[:, num:], target
        )
        weight = self.consistency_weight * self._warmed_up()
        return losses | dict(loss_consistency=weight * apart.sum())

    def _warmed_up(self) -> float:
        """Share of the weight in this epoch; said once if it is not known."""
        if self._share is None:
            self._share = warmup_share(0, 20 if self.warmup else 0)
            if self.warmup:
                warn_of_unknown_epoch(
                    self,
                    f'counts its consistency {self._share:g} times its weight',
                )
        return self._share
