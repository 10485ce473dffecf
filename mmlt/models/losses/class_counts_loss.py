from torch import Tensor

from mmlt.models.class_counts import ClassCountsMixin
from mmlt.structures import MixedLabels

from .per_sample_loss import PerSampleLoss

__all__ = ['ClassCountsLoss']


class ClassCountsLoss(ClassCountsMixin, PerSampleLoss):
    """Base of the losses that depend on the training images per class.

    The class counts come from ``LongTailHook`` or :meth:`set_class_counts`.

    Args:
        reduction: 'mean', 'sum' or 'none'.
        loss_weight: Factor on the result.

    Raises:
        RuntimeError: In ``forward``, if the counts were never set.
        ValueError: If a class has no image, or there are not as many counts
            as logits.
    """

    def class_counts_changed(self) -> None:
        """Check that every class has an image; a subclass derives the rest.

        Raises:
            ValueError: Naming the class.
        """
        self.refuse_empty_classes('its loss is not defined')

    def _check_batch(
        self, logits: Tensor, label: Tensor | MixedLabels
    ) -> None:
        self.require_class_counts()
        super()._check_batch(logits, label)
        if logits.shape[1] != len(self.class_counts):
            raise ValueError(
                f'Expected {type(self).__name__} to get logits of the '
                f'{len(self.class_counts)} classes that were counted, but '
                f'got {logits.shape[1]}. Set `num_classes` of the head.'
            )
