from collections.abc import Sequence

import torch
from mmpretrain.registry import METRICS

from mmlt.evaluation.prediction_batch import PredictionBatch
from mmlt.evaluation.receivers import ClassCountsReceiver, HeadReceiver
from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.functional import (
    compression_factors,
    misclassified_area_counts,
    misclassified_area_shares,
    percent,
)
from mmlt.functional.compression import check_compression_settings
from mmlt.models.heads.reading import head_bias

__all__ = ['MisclassifiedArea']


@METRICS.register_module()
class MisclassifiedArea(ClassCountsReceiver, HeadReceiver, StreamingMetric):
    """Share of samples whose prediction the scaling of FCC would change.

    Registered form of :func:`~mmlt.functional.misclassified_area`: at test
    the feature is not scaled, in training it was. It looks at the
    probabilities and the bias of the head (``LongTailHook`` hands both the
    head and the counts over). With a head that has no bias, or normalizes
    its features, it is 0.

    To measure it on the training set, test on that: see
    ``tools/analysis_tools/misclassified_area.py``.

    Args:
        gamma: Strength of the compression, as the ``FCCNeck`` of the training
            had it.
        strategy: How it falls over the classes, as in the ``FCCNeck``.
        order: By what it falls, 'frequency' or 'index', as in the
            ``FCCNeck``.
        round_digits: Decimal digits of tau, as in the ``FCCNeck``.
        per_class: Whether the result names every class.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        class_counts: (C,) training images per class, where no hook sets
            them.
        collect_device: mmengine's; not used.
        prefix: Of the keys; 'misclassified_area' by default.

    Keys: ``misclassified_area/changed``, ``lost`` (right with the scaled
    feature alone: the appendix's area) and ``gained``, in percent of all
    samples, and each with ``_many``, ``_medium``, ``_few``, nan for an empty
    group; with ``per_class``: lists ``changed_per_class`` ....

    Raises:
        ValueError: If a setting is out of range.
        RuntimeError: At evaluation, if the head was never set, or the
            counts, that the order 'frequency' needs, were not.
        TypeError: At evaluation, if the head is not linear.

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        appendix A.
    """

    default_prefix = 'misclassified_area'

    def __init__(
        self,
        gamma: float,
        strategy: str = 'equal_difference',
        order: str = 'frequency',
        round_digits: int | None = None,
        per_class: bool = False,
        many: int = 100,
        few: int = 20,
        class_counts: Sequence[int] | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(many, few, class_counts, collect_device, prefix)
        check_compression_settings(gamma, strategy, order, round_digits)
        self.compression = dict(
            gamma=gamma,
            strategy=strategy,
            order=order,
            round_digits=round_digits,
        )
        self.per_class = per_class

    def start(self, num_classes: int, device: torch.device) -> dict:
        """Zero counts, and what does not change during an evaluation."""
        self.bias = head_bias(self.known_head())
        by_counts = self.compression['order'] == 'frequency'
        self.shots = self.shot_groups(num_classes, required=by_counts)
        self.tau = compression_factors(
            num_classes, counts=self.class_counts, **self.compression
        ).to(device)
        return {'counts': torch.zeros(4, num_classes).long().to(device)}

    def add(self, batch: PredictionBatch) -> None:
        """Count the samples of each class."""
        batch.require_probabilities()
        logits = batch.scores.double().log()
        bias = None if self.bias is None else self.bias.to(logits.device)
        self.sums['counts'] += misclassified_area_counts(
            logits, batch.labels, self.tau, bias
        )

    def read(self) -> dict[str, float]:
        """Shares in percent."""
        counts = self.sums['counts'].cpu()
        groups = {'': torch.ones(counts.shape[1], dtype=torch.bool)}
        if self.shots is not None:
            groups |= {f'_{k}': group for k, group in self.shots.items()}
        of_groups = misclassified_area_shares(
            counts, torch.stack([*groups.values()])
        )
        metrics = {
            outcome + suffix: share
            for outcome, shares in of_groups.items()
            for suffix, share in zip(groups, shares.tolist(), strict=True)
        }
        if self.per_class:
            of_classes = misclassified_area_shares(counts)
            metrics |= {
                f'{outcome}_per_class': shares.tolist()
                for outcome, shares in of_classes.items()
            }
        return percent(metrics)
