import torch
from mmpretrain.registry import METRICS

from mmlt.evaluation.prediction_batch import PredictionBatch
from mmlt.evaluation.receivers import ClassCountsReceiver
from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.functional import percent

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
        collect_device: mmengine's; not used.
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
                name: (hits[group].sum() / size[group].sum().double()).item()
                for name, group in self.groups.items()
            }
        )
