import torch
import torch.distributed as dist
from torch import Tensor

from mmlt.functional import seesaw_loss
from mmlt.functional.checks import check_real
from mmlt.functional.label_indices import class_indices
from mmlt.parents import MODELS
from mmlt.structures import MixedLabels

from .class_counts_loss import ClassCountsLoss

__all__ = ['SyncSeesawLoss']


@MODELS.register_module()
class SyncSeesawLoss(ClassCountsLoss):
    """Seesaw loss with counts that are the same in all processes.

    It counts the images of each class as they are trained on, so that a
    sampler is taken into account: of the class counts of the training set it
    takes the number of classes alone. Every call counts: in a head of E
    experts an image counts E times, which leaves the ratios as they are.
    What was counted is a buffer, and travels in checkpoints. mmpretrain's
    ``SeesawLoss`` counts what its own process sees, in float32; with one
    process the two are the same.

    Mixed images count for their first class: the second ones are the same
    images in another order.

    Args:
        p: Exponent of the mitigation, >= 0.
        q: Exponent of the compensation, >= 0.
        eps: Lower bound of the probability of the right class, > 0.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        RuntimeError: In ``forward``, if the counts were never set.
        TypeError: In ``forward``, at soft labels.
        ValueError: If a setting is out of range.

    Source:
        Wang et al. (Seesaw loss), CVPR 2021, https://arxiv.org/abs/2008.10032
    """

    accepts_soft_labels = False

    def __init__(
        self,
        p: float = 0.8,
        q: float = 2.0,
        eps: float = 1e-2,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.p = check_real('p', p, 0, 'The published one is 0.8.')
        self.q = check_real('q', q, 0, 'The published one is 2.')
        hint = 'The published one is 0.01.'
        self.eps = check_real('eps', eps, 0, hint, above=True)
        self.register_buffer('seen', torch.zeros(0, dtype=torch.long))

    def class_counts_changed(self) -> None:
        """Begin to count, where the number of classes is another one."""
        super().class_counts_changed()
        if len(self.seen) != len(self.class_counts):
            self.seen = torch.zeros_like(self.class_counts)

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor | MixedLabels,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
    ) -> Tensor:
        """Count the labels in training, and take the loss of the batch.

        Args:
            cls_score: (N, C) logits.
            label: (N,) indices, or ``MixedLabels``.
            weight: (N,) factor on the loss of each sample.
            avg_factor: Divisor of the mean instead of N.
            reduction_override: Used instead of ``reduction``.

        Returns:
            A scalar, or (N,) for the reduction 'none'.
        """
        self._check_batch(cls_score, label)
        if self.training:
            try:
                self._count(label)
            except RuntimeError:
                self._check_classes(cls_score, label)
                raise
        return super().forward(
            cls_score, label, weight, avg_factor, reduction_override
        )

    @torch.no_grad()
    def _count(self, label: Tensor | MixedLabels) -> None:
        """Add the labels of the batch, those of all processes."""
        mixed = isinstance(label, MixedLabels)
        labels = class_indices(label.label_a if mixed else label)
        counts = torch.zeros_like(self.seen)
        counts.scatter_add_(0, labels, torch.ones_like(labels))
        if dist.is_available() and dist.is_initialized():
            dist.all_reduce(counts)
        self.seen += counts

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices.
        """
        return seesaw_loss(logits, labels, self.seen, self.p, self.q, self.eps)
