import torch
from torch import Tensor

from mmlt.functional import label_aware_smoothing, smoothed_cross_entropy
from mmlt.functional.per_class import check_smoothing
from mmlt.parents import MODELS

from .class_counts_loss import ClassCountsLoss

__all__ = ['LabelAwareSmoothLoss']


@MODELS.register_module()
class LabelAwareSmoothLoss(ClassCountsLoss):
    """Cross-entropy with more label smoothing for more frequent classes.

    With ``head_smoothing == tail_smoothing`` it is label smoothing as usual
    (CELS).

    Args:
        head_smoothing: Of the most frequent class, in [0, 1].
        tail_smoothing: Of the rarest class, in [0, 1].
        shape: 'concave', 'linear' or 'convex' between the two
            (:func:`~mmlt.functional.label_aware_smoothing`).
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If a setting is out of range or unknown.

    Source:
        Zhong et al. (MiSLAS), CVPR 2021, https://arxiv.org/abs/2104.00466; 0.4
        and 0.1 on all data sets are those of FCC:
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/configs/FCC/cifar/two_stage/drw/celas/cifar100_im100.yaml#L32-L35
    """

    def __init__(
        self,
        head_smoothing: float = 0.4,
        tail_smoothing: float = 0.1,
        shape: str = 'concave',
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        check_smoothing(head_smoothing, tail_smoothing, shape)
        self.head_smoothing = head_smoothing
        self.tail_smoothing = tail_smoothing
        self.shape = shape
        self.register_buffer(
            'smoothing', torch.zeros(0, dtype=torch.float64), persistent=False
        )

    def class_counts_changed(self) -> None:
        """Compute the smoothing of each class, (C,), from the counts."""
        super().class_counts_changed()
        self.smoothing = label_aware_smoothing(
            self.class_counts,
            self.head_smoothing,
            self.tail_smoothing,
            self.shape,
        )

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices or (N, C) soft labels.
        """
        return smoothed_cross_entropy(logits, labels, self.smoothing)
