import logging
from collections.abc import Sequence

from torch import Tensor, nn

from mmlt.functional.schedule import check_epoch, epoch_of
from mmlt.models.class_counts import counts_tensor
from mmlt.models.progress import warn_of_unknown_epoch
from mmlt.parents import MODELS, print_log
from mmlt.structures import MixedLabels

from .per_sample_loss import PerSampleLoss

__all__ = ['DeferredLoss']


@MODELS.register_module()
class DeferredLoss(nn.Module):
    """One loss before an epoch, another from it on (as DRW does).

    Both get the class counts and the progress. ``LongTailHook`` tells the
    epoch, also of a resumed training; until then it is the first.

    Args:
        before: Config or module of the loss of the epochs below ``begin``.
        after: Config or module of that from ``begin`` on.
        begin: First epoch of ``after``: an int counts from 0, a float in
            [0, 1) is a share of the schedule (0.8 is epoch 160 of 200;
            :func:`~mmlt.functional.epoch_of`). 0 leaves out ``before``, the
            number of epochs or more leaves out ``after``.

    Raises:
        TypeError: If a loss is neither a config nor a module.
        ValueError: If ``begin`` is neither an epoch nor a share.

    Source:
        Cao et al. (LDAM), NeurIPS 2019, https://arxiv.org/abs/1906.07413
        (deferred re-weighting); epoch 160 of 200:
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/cifar_train.py#L199-L204
    """

    def __init__(
        self,
        before: dict | nn.Module,
        after: dict | nn.Module,
        begin: int | float = 160,
    ) -> None:
        super().__init__()
        self.begin = check_epoch('begin', begin)
        self.before = build_loss('before', before)
        self.after = build_loss('after', after)
        self.switched = begin == 0
        self._told = begin == 0  # no need to know the epoch

    def set_class_counts(self, counts: Sequence[int] | Tensor) -> None:
        """Tell both losses the training images per class.

        Args:
            counts: (C,) integers >= 0. The losses get a tensor.

        Raises:
            ValueError: If they are not that.
        """
        counts = counts_tensor(counts, type(self).__name__)
        self._hand_on('set_class_counts', counts)

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Choose the loss of an epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        self._told = True
        switched = epoch >= epoch_of(self.begin, max_epochs)
        if switched and not self.switched:
            print_log(
                f'{type(self.after).__name__} in the place of '
                f'{type(self.before).__name__} from epoch {epoch + 1} of '
                f'{max_epochs} (begin={self.begin}).',
                logger='current',
                level=logging.INFO,
            )
        self.switched = switched
        self._hand_on('set_progress', epoch, max_epochs)

    def _hand_on(self, method: str, *args) -> None:
        for loss in (self.before, self.after):
            if hasattr(loss, method):
                getattr(loss, method)(*args)

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor | MixedLabels,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
    ) -> Tensor:
        """Loss of a batch, by the loss of this epoch.

        Args:
            cls_score: (N, C) logits.
            label: As that loss takes them.
            weight: (N,) factor on the loss of each sample.
            avg_factor: Divisor of the mean.
            reduction_override: Used instead of the loss's reduction.
        """
        if not self._told:
            first = type(self.before).__name__
            warn_of_unknown_epoch(self, f'takes the first, so {first}')
            self._told = True
        for part in (self.before, self.after):  # not only when it is its turn
            if isinstance(part, PerSampleLoss):
                part.refuse_soft_labels(label)
        loss = self.after if self.switched else self.before
        return loss(
            cls_score,
            label,
            weight=weight,
            avg_factor=avg_factor,
            reduction_override=reduction_override,
        )


def build_loss(name: str, loss: dict | nn.Module) -> nn.Module:
    """A loss from its config, or the module itself.

    Raises:
        TypeError: If it is neither.
    """
    if isinstance(loss, nn.Module):
        return loss
    if not isinstance(loss, dict):
        raise TypeError(
            f'Expected `{name}` to be a config or a module, but got {loss!r}. '
            "Such as dict(type='CrossEntropyLoss')."
        )
    return MODELS.build(loss)
