import logging
from collections.abc import Sequence

import torch
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpretrain.registry import METRICS
from torch import Tensor

from mmlt.evaluation.receivers import ClassCountsReceiver, HeadReceiver
from mmlt.functional import (
    check_vmf_parameters,
    mean_overlaps,
    percent,
)
from mmlt.functional.shots import SHOTS
from mmlt.models.heads.reading import head_to_vmf

__all__ = ['ClassOverlap']


@METRICS.register_module()
class ClassOverlap(ClassCountsReceiver, HeadReceiver, BaseMetric):
    """Distribution overlap of the classes, in percent, from the classifier.

    It looks at the parameters of the head, not at predictions:
    ``LongTailHook`` hands it the head (:meth:`set_head`) before each
    evaluation. Linear, cosine, tau-normalized, causal and vMF heads are read
    as vMF densities (:func:`~mmlt.models.head_to_vmf`); the bias is
    ignored. All in float64.

    Convention:
        - the overlap of a class is the mean over the *other* classes j of
          1 / (1 + KL(i||j)); ``diagonal=True`` takes all C, with 1 for
          itself, as the published code does.
        - the least possible overlap is above 0, identical classes have 100.

    Args:
        diagonal: Whether a class's overlap with itself counts.
        per_class: Whether the result names every class.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        class_counts: (C,) training images per class, where no hook sets
            them.
        collect_device: mmengine's; not used.
        prefix: Of the keys; 'overlap' by default.

    Keys: ``overlap/mean``; ``overlap/many``, ``medium``, ``few``, nan for a
    group without a class (all of them where the counts are not known);
    ``overlap/class_0`` ... with ``per_class``.

    Raises:
        ValueError: If ``few`` exceeds ``many``; at evaluation, if a
            concentration is negative or not finite.
        RuntimeError: At evaluation, if the head was never set, or the counts
            are for another number of classes.
        TypeError: At evaluation, if the head cannot be read.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Sec. 1.2 and
        2.2 of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """

    default_prefix = 'overlap'
    accepts_batches = True

    def __init__(
        self,
        diagonal: bool = False,
        per_class: bool = False,
        many: int = 100,
        few: int = 20,
        class_counts: Sequence[int] | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(many, few, class_counts, collect_device, prefix)
        self.diagonal = diagonal
        self.per_class = per_class

    def process(self, data_batch, data_samples: Sequence[dict]) -> None:
        """Nothing: predictions do not matter."""

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Overlaps of the head as it is now; predictions do not matter."""
        head = self.known_head()
        with torch.no_grad():
            kappa, mu = head_to_vmf(head, torch.float64)
            check_vmf_parameters(kappa, mu)
            overlap = mean_overlaps(kappa, mu, self.diagonal).cpu()
        metrics = {'mean': overlap.mean()}
        for name, group in self._groups(len(overlap)).items():
            metrics[name] = overlap[group].mean()
        if self.per_class:
            metrics |= {f'class_{c}': o for c, o in enumerate(overlap)}
        return percent({k: value.item() for k, value in metrics.items()})

    def _groups(self, num_classes: int) -> dict[str, Tensor]:
        groups = self.shot_groups(num_classes)
        if groups is None:
            print_log(
                'ClassOverlap does not know the training images per class: '
                'its values per shot are nan.',
                logger='current',
                level=logging.WARNING,
            )
            none = torch.zeros(num_classes, dtype=torch.bool)
            return dict.fromkeys(SHOTS, none)
        return groups

    def evaluate(self, size: int) -> dict[str, float]:
        """Overlaps in percent; every process has the same head.

        Args:
            size: Not looked at.

        Returns:
            ``{'overlap/mean': percent, ...}``.
        """
        metrics = self.compute_metrics([])
        return {f'{self.prefix}/{name}': v for name, v in metrics.items()}
