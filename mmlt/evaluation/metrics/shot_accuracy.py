from collections.abc import Sequence

import torch
from mmpretrain.registry import METRICS
from torch import Tensor

from mmlt.evaluation.batch_metric import BatchMetric
from mmlt.functional import group_accuracy, shot_groups

__all__ = ['ShotAccuracy']


@METRICS.register_module()
class ShotAccuracy(BatchMetric):
    """Accuracy on many-, medium- and few-shot classes, in percent.

    The groups come from the training counts, which ``LongTailHook`` hands
    over in training and, from the checkpoint, in testing.

    Args:
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        class_counts: (C,) training images per class, where no hook sets
            them.
        collect_device: Parent's.
        prefix: Of the keys; 'shot' by default.

    Keys: ``shot/many``, ``shot/medium``, ``shot/few``; nan for a group
    without a test sample.

    Raises:
        ValueError: If ``few`` exceeds ``many``.
        RuntimeError: At evaluation, if the counts were never set or are for
            another number of classes.

    Source:
        Liu et al. (OLTR), CVPR 2019, https://arxiv.org/abs/1904.05160, Sec. 4.
    """

    default_prefix = 'shot'

    def __init__(
        self,
        many: int = 100,
        few: int = 20,
        class_counts: Sequence[int] | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.many = many
        self.few = few
        self.class_counts = None
        shot_groups([0], many, few)  # refuses limits in the wrong order
        if class_counts is not None:
            self.set_class_counts(class_counts)

    def set_class_counts(self, counts: Sequence[int]) -> None:
        """Tell the metric the (C,) training images per class."""
        self.class_counts = torch.as_tensor(counts)

    def reduce(self, scores: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Keep the label, and whether the prediction is right."""
        counts = self.class_counts
        if counts is None or len(counts) != scores.shape[1]:
            got = 'none' if counts is None else f'those of {len(counts)}'
            raise RuntimeError(
                'Expected ShotAccuracy to know the training images of '
                f'{scores.shape[1]} classes, but got {got}. Add `custom_hooks='
                "[dict(type='LongTailHook')]` to the config (a checkpoint "
                'trained with it carries them), or pass `class_counts=[...]`.'
            )
        return {'correct': scores.argmax(dim=1) == labels, 'label': labels}

    def compute(self, kept: dict[str, Tensor]) -> dict[str, float]:
        """Accuracy per group, in percent."""
        groups = shot_groups(self.class_counts, self.many, self.few)
        return {
            name: 100
            * group_accuracy(kept['correct'], kept['label'], group).item()
            for name, group in groups.items()
        }
