from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import Evaluator
from mmpretrain.registry import EVALUATORS
from mmpretrain.structures import DataSample

from mmlt.structures import batch_in

from .prediction_batch import PredictionBatch
from .streaming_metric import StreamingMetric

__all__ = ['BatchEvaluator']


@EVALUATORS.register_module()
class BatchEvaluator(Evaluator):
    """mmengine's evaluator, for predictions that come as whole batches.

    Metrics of mmlt (``accepts_batches = True``) get the batch, and share
    what one of them found out about it; any other metric gets one dict per
    image, as from mmengine's evaluator. With per-image predictions both are
    the same.
    """

    def process(
        self,
        data_samples: Sequence[DataSample],
        data_batch: Any | None = None,
    ) -> None:
        """Hand a batch of predictions to every metric."""
        whole = batch_in(data_samples)
        if whole is None:
            super().process(data_samples, data_batch)
            return
        batch = whole.to_dict()
        per_image = predictions = None
        # stable: those that find the predicted classes first, then the rest
        for metric in sorted(
            self.metrics, key=lambda m: not getattr(m, 'finds_top', False)
        ):
            if isinstance(metric, StreamingMetric):
                if predictions is None:
                    predictions = PredictionBatch.of([batch])
                metric.process_predictions(predictions)
                continue
            if getattr(metric, 'accepts_batches', False):
                metric.process(data_batch, [batch])
                continue
            if per_image is None:
                per_image = _rows(batch)
            metric.process(data_batch, per_image)


def _rows(batch: dict) -> list[dict]:
    """One dict per image; labels (1,), scores (C,)."""
    columns = {
        name: value.unbind() if value.dim() > 1 else value.split(1)
        for name, value in batch.items()
    }
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]
