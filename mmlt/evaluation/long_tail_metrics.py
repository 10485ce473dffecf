"""Our numbers as a metric of torchmetrics: for Lightning, and any loop.

It is no part of the room's star imports: torchmetrics is an extra.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from mmlt.functional import (
    ClassificationState,
    balanced_error,
    classification_summary,
    one_vs_rest_auroc,
    percent,
)
from mmlt.functional.probability_floor import floored

from .prediction_numbers import AUROC, auroc_numbers
from .summary import in_percent

try:
    from torchmetrics import Metric
    from torchmetrics.utilities import dim_zero_cat
except ImportError as error:
    raise ImportError(
        'Expected torchmetrics to be installed, for LongTailMetrics, but it '
        "is not. Run pip install 'mmlt[torchmetrics]' (or pip install "
        'torchmetrics).'
    ) from error

__all__ = ['LongTailMetrics']

USUAL = ('top1', 'macro_accuracy', 'many', 'medium', 'few', 'ece', 'nll')


class LongTailMetrics(Metric):
    """Accuracy and calibration by shot, as a metric of torchmetrics.

    The sums of :class:`~mmlt.functional.ClassificationState` are its states:
    whole numbers, added over batches and processes, so the result is the
    same to the last bit for any batch size and number of processes. (What a
    distributed sampler repeats to fill the last round is counted, though.)
    Only AUROC, where it is asked for, needs every prediction: they are kept.

    Args:
        num_classes: C.
        counts: (C,) training images per class; None: the numbers of shot
            groups are nan.
        kind: What ``update`` gets: 'probabilities' or 'logits'. Nothing is
            guessed.
        numbers: Which are returned: of ``numbers`` of
            :func:`~mmlt.functional.classification_summary`, and
            'balanced_error'; None: all of these. Besides, 'auroc',
            'auroc_many', 'auroc_medium' and 'auroc_few', of
            :func:`~mmlt.evaluation.prediction_numbers`. Percent, 'nll'
            (nats) and 'brier' ([0, 2]) apart.
        num_bins: Bins of the calibration errors.
        topk: Each k of the accuracies; None: 1 and, with more than five
            classes, 5.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        confusion: Whether :meth:`summary` has the confusion matrix.
        **kwargs: Of ``torchmetrics.Metric``.

    Raises:
        ImportError: If torchmetrics is not installed.
        ValueError: If an argument is not as above.

    >>> metric = LongTailMetrics(2, [500, 5])
    >>> metric.update(torch.tensor([[0.9, 0.1]]), torch.tensor([0]))
    >>> metric.update(torch.tensor([[0.6, 0.4]]), torch.tensor([1]))
    >>> found = metric.compute()
    >>> found['top1'].item(), found['many'].item(), found['few'].item()
    (50.0, 100.0, 0.0)
    """

    is_differentiable = False
    higher_is_better = None
    full_state_update = False

    def __init__(
        self,
        num_classes: int,
        counts: Sequence[int] | Tensor | None = None,
        kind: str = 'probabilities',
        numbers: Sequence[str] | None = USUAL,
        num_bins: int = 15,
        topk: Sequence[int] | None = None,
        many: int = 100,
        few: int = 20,
        confusion: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if kind not in ('probabilities', 'logits'):
            raise ValueError(
                'Expected `kind` to be probabilities or logits, but got '
                f'{kind!r}. Say which `update` gets.'
            )
        self.kind = kind
        self.settings = {
            'num_classes': num_classes,
            'class_counts': counts,
            'num_bins': num_bins,
            'topk': topk,
            'many': many,
            'few': few,
            'confusion': confusion,
        }
        empty = ClassificationState(**self.settings)
        known = (*classification_summary(empty)['numbers'], 'balanced_error')
        unknown = set(numbers or ()) - {*known, *AUROC}
        if unknown:
            raise ValueError(
                f'Expected `numbers` to be among {", ".join((*known, *AUROC))}'
                f', but got {min(unknown)!r}. Choose from these.'
            )
        self.numbers = tuple(known if numbers is None else numbers)
        self.state_names = tuple(empty.sums)
        for name, zeros in empty.sums.items():
            self.add_state(f'sum_{name}', zeros, dist_reduce_fx='sum')
        self.keeps = any(name in AUROC for name in self.numbers)
        if self.keeps:
            self.add_state('scores', [], dist_reduce_fx='cat')
            self.add_state('labels', [], dist_reduce_fx='cat')
        self._filled: ClassificationState | None = None

    def _state(self) -> ClassificationState:
        """The state whose sums are those of this metric, on its device."""
        sums = {
            name: getattr(self, f'sum_{name}') for name in self.state_names
        }
        device = sums['nll'].device
        if self._filled is None or self._filled.group.device != device:
            self._filled = ClassificationState(**self.settings, device=device)
        self._filled.sums = sums
        return self._filled

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Add a batch.

        Args:
            preds: (N, C) floating point, of this metric's ``kind``.
            target: (N,) int64 in [0, C).

        Raises:
            ValueError: If they are not that.
        """
        preds = preds.detach()
        if self.kind == 'probabilities':
            preds = floored(preds)
        self._state().update(preds, target, self.kind)
        if self.keeps:
            self.scores.append(preds)
            self.labels.append(target)

    def _auroc(self) -> dict[str, float]:
        """Of all predictions; nan before the first."""
        if not len(self.labels):
            return dict.fromkeys(AUROC, torch.nan)
        areas = one_vs_rest_auroc(
            dim_zero_cat(self.scores), dim_zero_cat(self.labels), self.kind
        )
        of = self.settings
        return auroc_numbers(areas, of['class_counts'], of['many'], of['few'])

    def compute(self) -> dict[str, Tensor]:
        """The numbers of all batches and processes, scalars of float64."""
        summary = in_percent(classification_summary(self._state()))
        found = summary['numbers']
        error = balanced_error(summary['per_class']['recall'])
        found['balanced_error'] = percent(error).item()
        if self.keeps:
            found |= self._auroc()
        return {
            name: torch.tensor(found[name], dtype=torch.float64)
            for name in self.numbers
        }

    def summary(self) -> Mapping[str, Any]:
        """All numbers and arrays, of all batches and processes.

        Returns:
            The dict of :func:`~mmlt.evaluation.summarize`: ``numbers``,
            ``per_class``, ``reliability``, ...
        """
        with self.sync_context(
            dist_sync_fn=self.dist_sync_fn,
            should_sync=self._to_sync,
            should_unsync=self._should_unsync,
        ):
            return in_percent(classification_summary(self._state()))

    def __getstate__(self) -> dict[str, Any]:
        """Without the copies that a state keeps for its next batch."""
        return {**super().__getstate__(), '_filled': None}
