import logging
from abc import abstractmethod
from collections.abc import Sequence

import torch
from mmengine.dist import (
    all_gather_object,
    all_reduce,
    get_rank,
    get_world_size,
)
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor

from .prediction_batch import PredictionBatch

__all__ = ['StreamingMetric']


class StreamingMetric(BaseMetric):
    """Base of a metric that keeps int64 sums alone, under any processes.

    A subclass makes its sums (:meth:`start`), adds predictions to them
    (:meth:`add`) and reads them (:meth:`read`). Since the sums are of whole
    numbers the result does not depend on batches or processes at all.

    Under several processes the sums are added. What the sampler repeats to
    fill the last round is at most the last sample of a process
    (``DefaultSampler(shuffle=False)``: process r of R has samples r, r + R,
    ...), so the last one is kept, and subtracted again where the size of the
    data set says that it was there before.

    Args:
        collect_device: mmengine's; not used, sums stay where predictions are.
        prefix: Of the keys.
    """

    accepts_batches = True
    # Whether an update finds the predicted classes on its way. Such a metric
    # comes first in ``BatchEvaluator``: the others then need not look.
    finds_top = False

    def __init__(
        self, collect_device: str = 'cpu', prefix: str | None = None
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self._clear()

    def _clear(self) -> None:
        self.sums: dict[str, Tensor] | None = None
        self.seen = 0
        self.last: PredictionBatch | None = None

    @abstractmethod
    def start(self, num_classes: int, device: torch.device) -> dict:
        """Zero sums: {name: int64}, the same shapes in every process."""

    @abstractmethod
    def add(self, batch: PredictionBatch) -> None:
        """Add predictions to ``self.sums`` in place."""

    @abstractmethod
    def read(self) -> dict[str, float]:
        """Named numbers from ``self.sums``, of all processes."""

    def process(self, data_batch, data_samples: Sequence[dict]) -> None:
        """Add a batch of predictions."""
        self.process_predictions(PredictionBatch.of(data_samples))

    def process_predictions(self, batch: PredictionBatch) -> None:
        """Add a batch of predictions that other metrics share."""
        if not len(batch):
            return
        if self.sums is None:
            scores = batch.scores
            self.sums = self.start(scores.shape[1], scores.device)
        self.add(batch)
        self.last = batch.last
        self.seen += len(batch)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Do as :meth:`read`; mmengine's name for it."""
        return self.read()

    def evaluate(self, size: int) -> dict[str, float]:
        """Compute the metric of the whole data set.

        Args:
            size: Number of samples of the data set, over all processes.

        Returns:
            ``{'prefix/name': number}``, the same on every process.

        Raises:
            ValueError: If there were more predictions than samples, by more
                than a sampler repeats.
        """
        self._drop_repeated(size)
        classes = all_gather_object(self._found())
        known = [found for found in classes if found is not None]
        if not known:
            print_log(
                f'{type(self).__name__} saw no prediction: its values are '
                'empty.',
                logger='current',
                level=logging.WARNING,
            )
            return {}
        if self.sums is None:
            self.sums = self.start(known[0], torch.device('cpu'))
        for value in self.sums.values():
            all_reduce(value)
        metrics = self.read()
        self._clear()
        return {f'{self.prefix}/{name}': v for name, v in metrics.items()}

    def _found(self) -> int | None:
        """Number of classes, or None where no prediction came."""
        return None if self.last is None else self.last.scores.shape[1]

    def _drop_repeated(self, size: int) -> None:
        """Subtract the last sample where the sampler repeated it."""
        if self.last is None:
            return
        world = get_world_size()
        position = (self.seen - 1) * world + get_rank()
        if position >= size + world:
            raise ValueError(
                f'Expected predictions of {size} samples, but process '
                f'{get_rank()} of {world} alone made {self.seen}. '
                f'{type(self).__name__} needs the sampler `dict(type='
                "'DefaultSampler', shuffle=False)`."
            )
        if position < size:
            return
        everything = self.sums
        scores = self.last.scores
        self.sums = self.start(scores.shape[1], scores.device)
        self.add(self.last)
        for name, value in self.sums.items():
            value.neg_().add_(everything[name])
