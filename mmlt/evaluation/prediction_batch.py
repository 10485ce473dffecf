from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from mmlt.functional.prediction_checks import (
    HALF,
    check_predictions,
    check_probabilities,
)

__all__ = ['PredictionBatch']


class PredictionBatch:
    """Predictions of a batch, looked at once for all metrics.

    The metrics of one evaluator share it: what one of them found out (the
    predicted classes, that the scores are probabilities) the next one reads.

    Args:
        scores: (N, C).
        labels: (N,) int64.
    """

    def __init__(self, scores: Tensor, labels: Tensor) -> None:
        self.scores = scores
        self.labels = labels
        self._are_probabilities = False

    @classmethod
    def of(cls, data_samples: Sequence[dict]) -> 'PredictionBatch':
        """Check the predictions of a batch.

        Args:
            data_samples: One ``BatchDataSample`` or mmpretrain's list of
                samples, as dicts.

        Raises:
            ValueError: If a label is no class, or a score no number.
        """
        scores = [sample['pred_score'] for sample in data_samples]
        labels = torch.cat([sample['gt_label'] for sample in data_samples])
        whole = scores[0].dim() == 2
        scores = torch.cat(scores) if whole else torch.stack(scores)
        check_predictions(scores, labels, scores.shape[1], 'probabilities')
        # nan is the largest of all, and needs no tensor of bools
        if scores.numel() and scores.amax().isnan():
            raise ValueError(
                'Expected scores that are numbers, but a sample of the batch '
                'has nan. Did the training diverge?'
            )
        return cls(scores, labels)

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def last(self) -> 'PredictionBatch':
        """The last sample, a copy: a view would keep the whole batch."""
        return PredictionBatch(
            self.scores[-1:].clone(), self.labels[-1:].clone()
        )

    @cached_property
    def top(self) -> tuple[Tensor, Tensor]:
        """Confidence and predicted class, (N,) each; a tie is the first's."""
        return tuple(self.scores.max(dim=1))

    @cached_property
    def correct(self) -> Tensor:
        """Whether the predicted class is the label, (N,) bool."""
        return self.top[1] == self.labels

    def set_top(self, confidence: Tensor, predicted: Tensor) -> None:
        """Tell what somebody found who had to look at all probabilities.

        Args:
            confidence: (N,), in any precision that holds the scores.
            predicted: (N,) int64.
        """
        self.top = confidence.to(self.scores.dtype), predicted
        self._are_probabilities = True

    def require_probabilities(self) -> None:
        """Check that scores are probabilities; looks once.

        Raises:
            ValueError: Saying what the first of them is.
        """
        if not self._are_probabilities:
            half = self.scores.dtype in HALF
            check_probabilities(self.scores.double(), half=half)
            self._are_probabilities = True
