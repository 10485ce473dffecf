from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ['MixedLabels']


@dataclass(frozen=True)
class MixedLabels:
    """The labels of images that are mixtures of two.

    ``weight`` belongs to ``label_a``, the rest of 1 to ``label_b``. It stands
    where a batch has its (N,) labels (``gt_label`` of a ``BatchDataSample``):
    the ``loss`` of mmpretrain's heads hands it on, and mmpretrain's
    ``CrossEntropyLoss`` and the losses of mmlt understand it. Any other
    function of torch refuses it.

    Args:
        label_a: (N,) int64.
        label_b: (N,) int64.
        weight: (N,) floating point, in [0, 1].
    """

    label_a: Tensor
    label_b: Tensor
    weight: Tensor

    def __len__(self) -> int:
        return len(self.label_a)

    def average(self, per_label: Callable[[Tensor], Tensor]) -> Tensor:
        """Weighted mean of a per-sample quantity over the two labels.

        Args:
            per_label: From (N,) labels to (N,) values.

        Returns:
            (N,): ``weight * f(label_a) + (1 - weight) * f(label_b)``.
        """
        a, b = per_label(self.label_a), per_label(self.label_b)
        weight = self.weight.to(a.dtype)
        return weight * a + (1 - weight) * b

    def __getattr__(self, name: str):
        """Say what it is to code that takes it for a tensor."""
        raise AttributeError(
            f'Expected labels of single images, but `.{name}` was asked of '
            'MixedLabels. Drop `cal_acc` and losses on the class of an '
            'image, such as ClassFeatureConsistencyLoss, or the mixing.'
        )

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        """What mmpretrain's heads and its cross-entropy do with labels."""
        if func is torch.cat and len(args[0]) == 1:
            return args[0][0]
        if func is F.cross_entropy:
            return _cross_entropy(*args, **(kwargs or {}))
        raise TypeError(
            f'Expected labels of single images, but {func.__name__} got '
            'MixedLabels. Use CrossEntropyLoss of mmpretrain or a loss of '
            'mmlt, or train without mixing.'
        )


def _cross_entropy(
    scores: Tensor,
    mixed: MixedLabels,
    weight: Tensor | None = None,
    reduction: str = 'mean',
    **kwargs,
) -> Tensor:
    """``F.cross_entropy`` of mixed labels: the mean of its two losses."""
    if weight is not None and reduction == 'mean':
        raise ValueError(
            "Expected reduction='none' or 'sum' for mixed labels with class "
            "weights, but got 'mean'. Divide the sum yourself: the weights "
            'leave the denominator open.'
        )
    losses = mixed.average(
        lambda label: F.cross_entropy(
            scores, label, weight, reduction='none', **kwargs
        )
    )
    if reduction == 'none':
        return losses
    return losses.mean() if reduction == 'mean' else losses.sum()
