from collections.abc import Sequence

import torch
from mmpretrain.registry import METRICS

from mmlt.evaluation.prediction_batch import PredictionBatch
from mmlt.evaluation.receivers import ClassCountsReceiver
from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.evaluation.summary import in_percent
from mmlt.functional import (
    ClassificationState,
    classification_summary,
    percent,
)
from mmlt.functional.classification_state import check_topk

__all__ = ['LongTailMetric']


@METRICS.register_module()
class LongTailMetric(ClassCountsReceiver, StreamingMetric):
    """Accuracy and calibration, whole and per shot, in one pass.

    Registered form of :func:`~mmlt.functional.classification_summary`, with
    its conventions, in percent ('nll' in nats and 'brier' in [0, 2]). Memory
    does not grow with the test set, and any number of processes gives the
    same to the last bit.

    The groups come from the training counts, which ``LongTailHook`` hands
    over; without them the values of groups are nan.

    Args:
        topk: Each k from 1 to C; None for 1 and, with more than five
            classes, 5.
        num_bins: B >= 1.
        per_class: Whether the result holds recall and precision of every
            class.
        confusion: Whether it holds the confusion matrix: O(C^2) memory.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        class_counts: (C,) training images per class, where no hook sets
            them.
        kind: What ``pred_score`` is: 'probabilities' (mmpretrain's heads)
            or 'logits'.
        collect_device: mmengine's; not used.
        prefix: Of the keys; 'long_tail' by default.

    Keys: ``long_tail/`` and ``top1``, ``top5``, ``ece``, ``mce``,
    ``adaptive_ece``, ``classwise_ece``, ``brier``, ``nll``, each also with
    ``_many``, ``_medium``, ``_few``; ``many``, ``medium``, ``few``,
    ``macro_accuracy``, ``macro_f1``, ``h_mean``, ``g_mean``,
    ``worst_class``. With ``per_class``: lists ``recall`` and ``precision``;
    with ``confusion``: nested list ``confusion_matrix``, true class by
    predicted class.

    Attributes:
        summary: All of it, arrays of the reliability diagram included, of
            the last evaluation.

    Raises:
        ValueError: If a setting is out of range; at evaluation, if scores
            are no distribution or a label is out of range.

    Source:
        Those of :func:`~mmlt.functional.classification_summary`; accuracy by
        shot group: Liu et al. (OLTR), CVPR 2019,
        https://arxiv.org/abs/1904.05160, Sec. 4; calibration error: Guo et
        al., ICML 2017, https://arxiv.org/abs/1706.04599, Eq. 3 and 5.
    """

    default_prefix = 'long_tail'
    finds_top = True

    def __init__(
        self,
        topk: Sequence[int] | None = None,
        num_bins: int = 15,
        per_class: bool = False,
        confusion: bool = False,
        many: int = 100,
        few: int = 20,
        class_counts: Sequence[int] | None = None,
        kind: str = 'probabilities',
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(many, few, class_counts, collect_device, prefix)
        self.settings = dict(
            topk=None if topk is None else check_topk(topk),
            num_bins=num_bins,
            confusion=confusion,
            many=many,
            few=few,
        )
        self.per_class = per_class
        self.kind = kind
        self.summary: dict | None = None
        # refuses bad settings
        size = max(self.settings['topk'] or (1,))
        probe = ClassificationState(size, **self.settings)
        probe.update(torch.ones(0, size), torch.ones(0).long(), kind)

    def start(self, num_classes: int, device: torch.device) -> dict:
        """Sums of a new state."""
        self.state = ClassificationState(
            num_classes,
            class_counts=self.class_counts,
            device=device,
            **self.settings,
        )
        return self.state.sums

    def add(self, batch: PredictionBatch) -> None:
        """Add predictions to the sums."""
        top = self.state.update(batch.scores, batch.labels, self.kind)
        if self.kind == 'probabilities':
            batch.set_top(*top)

    def read(self) -> dict[str, float]:
        """Numbers in percent."""
        self.summary = in_percent(classification_summary(self.state))
        metrics = dict(self.summary['numbers'])
        if self.per_class:
            for name in ('recall', 'precision'):
                shares = self.summary['per_class'][name]
                metrics[name] = percent(shares).tolist()
        if self.settings['confusion']:
            metrics['confusion_matrix'] = self.summary['confusion'].tolist()
        return metrics
