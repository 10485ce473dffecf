import logging
from abc import abstractmethod
from collections.abc import Sequence

import torch
from mmengine.dist import all_gather_object, get_world_size
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor

from mmlt.functional.prediction_checks import check_predictions

__all__ = ['BatchMetric', 'scores_and_labels']


class BatchMetric(BaseMetric):
    """Base of a metric that works on whole batches, under any processes.

    A subclass says what it keeps of a batch (:meth:`reduce`, a few numbers
    per sample) and what it makes of all samples (:meth:`compute`). Batches
    come as one ``BatchDataSample`` or as the parent's list of samples.

    Under several processes the samples are put back into the order of the
    data set and what the sampler repeated to fill the last round is
    dropped, as the parent does (``DefaultSampler(shuffle=False)``: process r
    of R has samples r, r + R, ...), so the result is that of one process to
    the last digit.
    """

    accepts_batches = True

    @abstractmethod
    def reduce(self, scores: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """What is kept of a batch.

        Args:
            scores: (N, C) probabilities.
            labels: (N,) int64.

        Returns:
            Named tensors with N in front.
        """

    @abstractmethod
    def compute(self, kept: dict[str, Tensor]) -> dict[str, float]:
        """Named numbers, in percent, from what was kept of all samples."""

    def process(self, data_batch, data_samples: Sequence[dict]) -> None:
        """Keep what is needed of a batch of predictions."""
        self.results.append(self.reduce(*scores_and_labels(data_samples)))

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Parent's name for :meth:`compute`, on a list of batches."""
        return self.compute(_concatenate(results))

    def evaluate(self, size: int) -> dict[str, float]:
        """Compute the metric of the whole data set.

        Args:
            size: Number of samples of the data set, over all processes.

        Returns:
            ``{'prefix/name': percent}``, the same on every process.
        """
        if not self.results:
            print_log(
                f'{type(self).__name__} saw no prediction: its values are '
                'empty.',
                logger='current',
                level=logging.WARNING,
            )
            return {}
        mine = {k: v.cpu() for k, v in _concatenate(self.results).items()}
        self.results.clear()
        parts = all_gather_object(mine)
        metrics = self.compute(_in_dataset_order(parts, size))
        return {f'{self.prefix}/{name}': v for name, v in metrics.items()}


def scores_and_labels(data_samples: Sequence[dict]) -> tuple[Tensor, Tensor]:
    """Predictions of a batch, one ``BatchDataSample`` or a list of samples.

    Returns:
        (N, C) scores and (N,) int64 labels.

    Raises:
        ValueError: If a label is no class, or a score no number.
    """
    scores = [sample['pred_score'] for sample in data_samples]
    labels = torch.cat([sample['gt_label'] for sample in data_samples])
    whole = scores[0].dim() == 2
    scores = torch.cat(scores) if whole else torch.stack(scores)
    check_predictions(scores, labels, scores.shape[1], 'probabilities')
    if scores.isnan().any():
        raise ValueError(
            'Expected scores that are numbers, but a sample of the batch has '
            'nan. Did the training diverge?'
        )
    return scores, labels


def _concatenate(results: list[dict]) -> dict[str, Tensor]:
    return {
        name: torch.cat([result[name] for result in results])
        for name in results[0]
    }


def _in_dataset_order(
    parts: list[dict[str, Tensor]], size: int
) -> dict[str, Tensor]:
    """Interleave what R processes kept, and drop the repeated samples."""
    world = get_world_size()
    lengths = [len(next(iter(part.values()))) for part in parts]
    position = torch.cat(
        [torch.arange(n) * world + rank for rank, n in enumerate(lengths)]
    )
    order = position.argsort()[:size]
    return {name: v[order] for name, v in _concatenate(parts).items()}
