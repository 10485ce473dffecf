"""What ``LongTailHook`` tells a metric: the class counts and the head."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmlt.functional import shot_groups

__all__ = ['ClassCountsReceiver', 'HeadReceiver']

HOOK = "Add `custom_hooks=[dict(type='LongTailHook')]` to the config"


class ClassCountsReceiver:
    """Part of a metric that has shot groups.

    Args:
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        class_counts: (C,) training images per class, where no hook sets
            them.
        collect_device: mmengine's; not used.
        prefix: Of the keys.

    Raises:
        ValueError: If ``few`` exceeds ``many``.
    """

    def __init__(
        self,
        many: int = 100,
        few: int = 20,
        class_counts: Sequence[int] | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        shot_groups([0], many, few)  # refuses limits in the wrong order
        self.many, self.few = many, few
        self.class_counts: Tensor | None = None
        if class_counts is not None:
            self.set_class_counts(class_counts)

    def set_class_counts(self, counts: Sequence[int]) -> None:
        """Tell the metric the (C,) training images per class."""
        self.class_counts = torch.as_tensor(counts)

    def shot_groups(
        self, num_classes: int, required: bool = False
    ) -> dict[str, Tensor] | None:
        """The classes of each group, (C,) bool, on the CPU.

        Args:
            num_classes: C of the predictions or of the head.
            required: Whether the counts have to be known.

        Returns:
            {'many': ..., 'medium': ..., 'few': ...}; None where the counts
            are not known.

        Raises:
            RuntimeError: If the counts are for another number of classes,
                or are required and not known.
        """
        counts = self.class_counts
        if counts is None and not required:
            return None
        if counts is None or len(counts) != num_classes:
            got = 'none' if counts is None else f'those of {len(counts)}'
            raise RuntimeError(
                f'Expected {type(self).__name__} to know the training images '
                f'of {num_classes} classes, but got {got}. {HOOK} (a '
                'checkpoint trained with it carries them), or pass '
                '`class_counts=[...]`.'
            )
        return shot_groups(counts.cpu(), self.many, self.few)


class HeadReceiver:
    """Part of a metric that looks at the classifier."""

    head: nn.Module | None = None

    def set_head(self, head: nn.Module | None) -> None:
        """Tell the metric the classifier."""
        self.head = head

    def known_head(self) -> nn.Module:
        """The classifier.

        Raises:
            RuntimeError: If it was never set.
        """
        if self.head is None:
            raise RuntimeError(
                f'Expected {type(self).__name__} to know the head of the '
                f'model, but it was never set. {HOOK}, or call '
                '`set_head(head)`.'
            )
        return self.head
