import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from mmlt.functional import sharpness_weights
from mmlt.functional.label_indices import class_indices
from mmlt.models.class_counts import ClassCountsMixin
from mmlt.parents import MODELS, print_log
from mmlt.structures import MixedLabels

from .deferred_loss import build_loss
from .per_sample_loss import over_labels

__all__ = ['SharpnessWeightedLoss', 'scaled_sharp_parts']


@MODELS.register_module()
class SharpnessWeightedLoss(ClassCountsMixin):
    """A loss whose sharpness counts more for rare classes (Focal-SAM).

    The value is that of the loss itself. ``SAMOptimWrapper`` lowers the
    sharpness of a part of it: the losses of the images, each times
    :func:`~mmlt.functional.sharpness_weights` of its class. With any other
    optimizer it changes nothing, and a warning says so.

    A mixed image has the mean of the weights of its two classes. The loss is
    called twice per batch: one that draws noise (``GaussianCloudedLoss``)
    draws it for each part anew, and ``SyncSeesawLoss`` counts each image
    twice. What multiplies the result by a number of its own does so within
    :func:`scaled_sharp_parts`.

    Args:
        loss: Config or module of a loss of mmlt or mmpretrain with
            ``weight``, such as ``dict(type='LogitAdjustedLoss')``.
        strength: lambda >= 0.
        power: gamma >= 0.

    Raises:
        TypeError: If the loss is neither a config nor a module.
        ValueError: If a setting is out of range.

    Source:
        Li et al. (Focal-SAM), ICML 2025, https://arxiv.org/abs/2505.01660;
        the defaults are those on CIFAR-100-LT of
        https://github.com/scongl/Focal-SAM/blob/86c13c692688abda48e51ae6217f170ef10eb45e/scripts/cifar.sh
    """

    def __init__(
        self,
        loss: dict | nn.Module,
        strength: float = 0.8,
        power: float = 3.2,
    ) -> None:
        super().__init__()
        self.loss = build_loss('loss', loss)
        self.strength = strength
        self.power = power
        sharpness_weights([1], strength, power)  # refuses what is out of range
        self.register_buffer(
            'weights', torch.zeros(0, dtype=torch.float64), persistent=False
        )
        #: Scalars with their graphs, one per call, for ``SAMOptimWrapper``,
        #: which empties the list before a forward pass; None without it.
        self.sharp_parts: list[Tensor] | None = None
        self._warned = False

    @property
    def switched(self) -> bool:
        """Whether a ``DeferredLoss`` in it is at its second loss."""
        return getattr(self.loss, 'switched', True)

    def set_class_counts(self, counts: Sequence[int] | Tensor) -> None:
        """Tell it, and the loss in it, the training images per class.

        Args:
            counts: (C,) integers >= 0.
        """
        super().set_class_counts(counts)
        if hasattr(self.loss, 'set_class_counts'):
            self.loss.set_class_counts(counts)

    def class_counts_changed(self) -> None:
        """Compute the weights, (C,), from the counts."""
        self.weights = sharpness_weights(
            self.class_counts, self.strength, self.power
        )

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Hand the epoch on to the loss; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        if hasattr(self.loss, 'set_progress'):
            self.loss.set_progress(epoch, max_epochs)

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor | MixedLabels,
        weight: Tensor | None = None,
        **kwargs,
    ) -> Tensor:
        """Loss of a batch.

        Args:
            cls_score: (N, C) logits.
            label: As the loss takes them.
            weight: (N,) factor on the loss of each sample.
            **kwargs: ``avg_factor``, ``reduction_override``.

        Returns:
            A scalar, or (N,) for the reduction 'none'.

        Raises:
            RuntimeError: If the counts were never set.
        """
        self.require_class_counts()
        share = over_labels(self._weights_of, label).to(cls_score.dtype)
        whole = torch.ones_like(share) if weight is None else weight
        sharp, flat = (
            self.loss(cls_score, label, weight=whole * part, **kwargs)
            for part in (share, 1 - share)
        )
        if self.sharp_parts is not None:
            self.sharp_parts.append(sharp.sum())
        elif self.training and not self._warned:
            self._warned = True
            print_log(
                'SharpnessWeightedLoss is trained as any loss, for the '
                'optimizer does not lower its sharpness. Set '
                "`optim_wrapper.type='SAMOptimWrapper'`.",
                logger='current',
                level=logging.WARNING,
            )
        return sharp + flat

    def _weights_of(self, label: Tensor) -> Tensor:
        """(N,) weights of (N,) classes, or of (N, C) soft labels."""
        if label.dim() == 1:
            return self.weights[class_indices(label)]
        return label.to(self.weights) @ self.weights


@contextmanager
def scaled_sharp_parts(loss: nn.Module, factor: float) -> Iterator[None]:
    """Where a loss is computed whose result is then multiplied by a number.

    The parts that it keeps for ``SAMOptimWrapper`` are multiplied as well.

    Args:
        loss: A :class:`SharpnessWeightedLoss`, a loss that has one, or any
            other, with which this does nothing.
        factor: The number.

    Examples:
        >>> with scaled_sharp_parts(torch.nn.CrossEntropyLoss(), 0.5):
        ...     pass
    """
    kept = [
        m
        for m in loss.modules()
        if getattr(m, 'sharp_parts', None) is not None
    ]
    before = [len(m.sharp_parts) for m in kept]
    yield
    for module, num in zip(kept, before, strict=True):
        new = module.sharp_parts[num:]
        module.sharp_parts[num:] = [factor * part for part in new]
