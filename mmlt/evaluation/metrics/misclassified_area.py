from collections.abc import Sequence

import torch
from mmpretrain.registry import METRICS
from torch import Tensor, nn

from mmlt.evaluation.streaming_metric import StreamingMetric
from mmlt.functional import (
    compression_factors,
    misclassified_area_counts,
    misclassified_area_shares,
    shot_groups,
)
from mmlt.functional.compression import check_compression_settings
from mmlt.functional.prediction_checks import HALF, check_probabilities
from mmlt.models.heads.reading import head_bias

__all__ = ['MisclassifiedArea']


@METRICS.register_module()
class MisclassifiedArea(StreamingMetric):
    """Share of samples whose prediction the scaling of FCC would change.

    Registered form of :func:`~mmlt.functional.misclassified_area`: at test
    the feature is not scaled, in training it was. It looks at the
    probabilities and the bias of the head (``LongTailHook`` hands both the
    head and the counts over). With a head that has no bias, or normalises
    its features, it is 0.

    To measure it on the training set, test on that: see
    ``tools/analysis_tools/misclassified_area.py``.

    Args:
        gamma: Of the FCCNeck of the training.
        strategy: Of the FCCNeck.
        order: Of the FCCNeck.
        round_digits: Of the FCCNeck.
        per_class: Whether the result names every class.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        class_counts: (C,) training images per class, where no hook sets
            them.
        collect_device: Parent's.
        prefix: Of the keys; 'misclassified_area' by default.

    Keys: ``misclassified_area/changed``, ``lost`` (right with the scaled
    feature alone: the appendix's area) and ``gained``, in percent of all
    samples, and each with ``_many``, ``_medium``, ``_few``, nan for an empty
    group; with ``per_class``: lists ``changed_per_class`` ....

    Raises:
        ValueError: If a setting is out of range.
        RuntimeError: At evaluation, if the head was never set.
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
        order: str = 'index',
        round_digits: int | None = None,
        per_class: bool = False,
        many: int = 100,
        few: int = 20,
        class_counts: Sequence[int] | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        check_compression_settings(gamma, strategy, order, round_digits)
        shot_groups([0], many, few)  # refuses limits in the wrong order
        self.compression = dict(
            gamma=gamma,
            strategy=strategy,
            order=order,
            round_digits=round_digits,
        )
        self.per_class = per_class
        self.many, self.few = many, few
        self.head: nn.Module | None = None
        self.class_counts = None
        if class_counts is not None:
            self.set_class_counts(class_counts)

    def set_class_counts(self, counts: Sequence[int]) -> None:
        """Tell the metric the (C,) training images per class."""
        self.class_counts = torch.as_tensor(counts)

    def set_head(self, head: nn.Module | None) -> None:
        """Tell the metric the classifier."""
        self.head = head

    def start(self, num_classes: int, device: torch.device) -> dict:
        """Zero counts, and what does not change during an evaluation."""
        if self.head is None:
            raise RuntimeError(
                'Expected MisclassifiedArea to know the head of the model, '
                'but it was never set. Add `custom_hooks=[dict(type='
                "'LongTailHook')]` to the config, or call `set_head(head)`."
            )
        self.bias = head_bias(self.head)
        self.tau = compression_factors(
            num_classes, counts=self.class_counts, **self.compression
        ).to(device)
        return {'counts': torch.zeros(4, num_classes).long().to(device)}

    def add(self, scores: Tensor, labels: Tensor) -> None:
        """Count the samples of each class."""
        check_probabilities(scores.double(), half=scores.dtype in HALF)
        bias = None if self.bias is None else self.bias.to(scores.device)
        self.sums['counts'] += misclassified_area_counts(
            scores.double().log(), labels, self.tau, bias
        )

    def read(self) -> dict[str, float]:
        """Shares in percent."""
        counts = self.sums['counts'].cpu()
        groups = {'': torch.ones(counts.shape[1], dtype=torch.bool)}
        if self.class_counts is not None:
            shots = shot_groups(self.class_counts, self.many, self.few)
            groups |= {f'_{name}': group for name, group in shots.items()}
        of_groups = torch.stack([*groups.values()])
        metrics = {
            outcome + suffix: 100 * share
            for outcome, shares in misclassified_area_shares(
                counts, of_groups
            ).items()
            for suffix, share in zip(groups, shares.tolist(), strict=True)
        }
        if self.per_class:
            metrics |= {
                f'{outcome}_per_class': (100 * shares).tolist()
                for outcome, shares in misclassified_area_shares(
                    counts
                ).items()
            }
        return metrics
