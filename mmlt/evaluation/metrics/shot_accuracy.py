from collections.abc import Sequence

import torch
from mmpretrain.registry import METRICS

from mmlt.evaluation.prediction_batch import PredictionBatch
from mmlt.evaluation.receivers import ClassCountsReceiver
from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.functional import mean_accuracy, percent
from mmlt.functional.checks import check_choice
from mmlt.functional.shots import AVERAGES

__all__ = ['ShotAccuracy']


@METRICS.register_module()
class ShotAccuracy(ClassCountsReceiver, StreamingMetric):
    """Accuracy on many-, medium- and few-shot classes, in percent.

    The groups come from the training counts, which ``LongTailHook`` hands
    over in training and, from the checkpoint, in testing. The numbers are
    'many', 'medium' and 'few' of :class:`LongTailMetric`, for any scores of
    which the largest is the prediction.

    Args:
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        class_counts: (C,) training images per class, where no hook sets
            them.
        average: 'classes', the mean over the classes of a group, as the
            field does; or 'images', pooled: the share of all its test images
            that is right, as NCL does. Equal on a balanced test set.
        collect_device: mmengine's; not used.
        prefix: Of the keys; 'shot' by default.

    Keys: ``shot/many``, ``shot/medium``, ``shot/few``; nan for a group
    without a test sample.

    Raises:
        ValueError: If ``few`` exceeds ``many``, or ``average`` is unknown.
        RuntimeError: At evaluation, if the counts were never set or are for
            another number of classes.

    Source:
        Liu et al. (OLTR), CVPR 2019, https://arxiv.org/abs/1904.05160, Sec. 4;
        the averages: those of :func:`~mmlt.functional.mean_accuracy`.
    """

    default_prefix = 'shot'

    def __init__(
        self,
        many: int = 100,
        few: int = 20,
        class_counts: Sequence[int] | None = None,
        average: str = 'classes',
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(many, few, class_counts, collect_device, prefix)
        check_choice('average', average, AVERAGES)
        self.average = average

    def start(self, num_classes: int, device: torch.device) -> dict:
        """No sample, and no right prediction, of any class."""
        self.groups = self.shot_groups(num_classes, required=True)
        return {'hits': torch.zeros(2, num_classes).long().to(device)}

    def add(self, batch: PredictionBatch) -> None:
        """Count samples and right predictions of each class."""
        ones = torch.ones_like(batch.labels)
        self.sums['hits'].index_add_(
            1, batch.labels, torch.stack([ones, batch.correct.long()])
        )

    def read(self) -> dict[str, float]:
        """Accuracy per group, in percent."""
        size, hits = self.sums['hits'].cpu()
        return percent(
            {
                name: mean_accuracy(hits[group], size[group], self.average)
                for name, group in self.groups.items()
            }
        )
