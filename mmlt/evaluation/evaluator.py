from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import Evaluator
from mmpretrain.registry import EVALUATORS
from mmpretrain.structures import DataSample

from mmlt.structures import is_batch

__all__ = ['BatchEvaluator']


@EVALUATORS.register_module()
class BatchEvaluator(Evaluator):
    """The parent's evaluator, for predictions that come as whole batches.

    Metrics of mmlt (``accepts_batches = True``) get the batch; any other
    metric gets one dict per image, as from the parent's evaluator. With the
    parent's per-image predictions both are the same.
    """

    def process(
        self,
        data_samples: Sequence[DataSample],
        data_batch: Any | None = None,
    ) -> None:
        """Hand a batch of predictions to every metric."""
        if not is_batch(data_samples):
            super().process(data_samples, data_batch)
            return
        batch = data_samples[0].to_dict()
        per_image = None
        for metric in self.metrics:
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
