import torch
from mmpretrain.registry import METRICS

from mmlt.evaluation.prediction_batch import PredictionBatch
from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.functional import mean_accuracy, percent

__all__ = ['MacroAccuracy']


@METRICS.register_module()
class MacroAccuracy(StreamingMetric):
    """Mean over the classes of the accuracy on a class, in percent.

    On a test set with as many images of every class it is the accuracy; on
    any other it is what the accuracy would be there. It is the
    'macro_accuracy' of :class:`LongTailMetric` alone, for the log of a
    training and for ``save_best='macro/accuracy'``.

    Args:
        collect_device: mmengine's; not used.
        prefix: Of the key; 'macro' by default.

    Keys: ``macro/accuracy``; a class without a test sample does not count.

    Source:
        Balanced accuracy: Brodersen et al., ICPR 2010,
        https://doi.org/10.1109/ICPR.2010.764
    """

    default_prefix = 'macro'

    def start(self, num_classes: int, device: torch.device) -> dict:
        """No sample, and no right prediction, of any class."""
        return {'hits': torch.zeros(2, num_classes).long().to(device)}

    def add(self, batch: PredictionBatch) -> None:
        """Count samples and right predictions of each class."""
        ones = torch.ones_like(batch.labels)
        self.sums['hits'].index_add_(
            1, batch.labels, torch.stack([ones, batch.correct.long()])
        )

    def read(self) -> dict[str, float]:
        """Macro accuracy, in percent."""
        size, hits = self.sums['hits'].cpu()
        return percent({'accuracy': mean_accuracy(hits, size, 'classes')})
