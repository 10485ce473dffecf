"""Contrast of two views with classes and a queue (GPaCo)."""

import torch
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import (
    log_counts,
    parametric_contrastive_loss,
    unit_vectors,
)
from mmlt.functional.checks import check_integer, check_real
from mmlt.functional.parametric_contrast import check_settings

from .class_counts import ClassCountsMixin
from .projection import check_plain_labels, gathered, gathered_with_gradient

__all__ = ['ParametricContrast']


@MODELS.register_module()
class ParametricContrast(ClassCountsMixin, nn.Module):
    """The loss of GPaCo, of a ``ParametricContrastClassifier``.

    Both views of an image are anchors; classes, the other features of the
    batch and those of a queue are candidates. The features of second views
    go into the queue, which is in the checkpoint; a place that was never
    filled is no candidate. In distributed training the features of all
    processes are candidates, gradients flow to them, and all processes have
    one queue.

    Args:
        num_classes: C.
        in_channels: D, of the features.
        hidden_channels: Width of the projection; None: D.
        dim: Length of a projected feature.
        queue_size: Places of the queue.
        alpha: Weight of a key of the same class, >= 0.
        beta: Weight of the own class, > 0.
        gamma: Factor on the exponentials of the keys, > 0.
        temperature: T > 0 of the keys, dimensionless.
        class_temperature: T > 0 of the logits.
        smoothing: Share of ``beta`` that the other classes get, in [0, 1].
        loss_weight: Factor on the loss, >= 0.

    Raises:
        ValueError: If a setting is out of range, or a class has no image.
        TypeError: In training, for labels that are not one per image.
        RuntimeError: In training, if the class counts were never set.

    Source:
        Cui et al. (GPaCo), TPAMI 2023, https://arxiv.org/abs/2209.12400; the
        defaults are those on large sets of
        https://github.com/dvlab-research/Parametric-Contrastive-Learning/blob/fe56535ecd716e56a72e75c4e818f2059e557584/GPaCo/LT/moco/builder.py#L27-L76
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        hidden_channels: int | None = None,
        dim: int = 128,
        queue_size: int = 8192,
        alpha: float = 0.05,
        beta: float = 1.0,
        gamma: float = 1.0,
        temperature: float = 0.2,
        class_temperature: float = 1.0,
        smoothing: float = 0.0,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        check_settings(alpha, beta, gamma, temperature, smoothing)
        check_integer('queue_size', queue_size, 1, 'The usual one is 8192.')
        check_integer('dim', dim, 1, 'The usual one is 128.')
        check_real(
            'class_temperature', class_temperature, 0, 'Take 1.', above=True
        )
        check_real('loss_weight', loss_weight, 0, 'The published one is 1.')
        self.num_classes = num_classes
        self.settings = dict(
            alpha=alpha,
            beta=beta,
            gamma=gamma,
            temperature=temperature,
            smoothing=smoothing,
        )
        self.class_temperature = class_temperature
        self.loss_weight = loss_weight
        hidden = in_channels if hidden_channels is None else hidden_channels
        self.projection = nn.Sequential(
            nn.Linear(in_channels, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, dim),
        )
        self.register_buffer('queue', torch.zeros(queue_size, dim))
        empty = torch.full((queue_size,), -1)
        self.register_buffer('queue_labels', empty)
        self.register_buffer('position', torch.zeros((), dtype=torch.long))
        self.register_buffer('log_counts', torch.zeros(0), persistent=False)

    def class_counts_changed(self) -> None:
        """Compute the logarithm of the shares of the classes, (C,)."""
        self.refuse_empty_classes('the loss takes the logarithm of its number')
        logs = log_counts(self.class_counts)
        self.log_counts = (logs - logs.logsumexp(0)).to(self.log_counts)

    @torch.no_grad()
    def enqueue(self, features: Tensor, labels: Tensor) -> None:
        """Put features (N, dim) of length 1 where the oldest are."""
        size = len(self.queue)
        features, labels = gathered(features)[-size:], gathered(labels)[-size:]
        # by indices on the device: reading the position would wait for it
        steps = torch.arange(len(labels), device=labels.device)
        places = (self.position + steps) % size
        self.queue[places] = features.to(self.queue)
        self.queue_labels[places] = labels
        self.position.add_(len(labels)).remainder_(size)

    def forward(
        self, features: Tensor, labels: Tensor, logits: Tensor
    ) -> Tensor:
        """Loss of a batch, the mean over the anchors; fills the queue.

        Args:
            features: (2, N, D) of the two views.
            labels: (N,) int64.
            logits: (2, N, C), of the classifier.

        Returns:
            A scalar.
        """
        self.require_class_counts()
        check_plain_labels(labels, type(self).__name__)
        num = len(labels)
        projected = self.projection(features.flatten(0, 1))
        every, anchors = gathered_with_gradient(projected)
        scores = (logits.flatten(0, 1) + self.log_counts).div(
            self.class_temperature
        )
        losses = parametric_contrastive_loss(
            every,
            gathered(torch.cat([labels, labels])),
            scores,
            # a copy: the queue moves on before the gradients are taken
            self.queue.clone(),
            self.queue_labels.clone(),
            anchors=anchors,
            **self.settings,
        )
        self.enqueue(unit_vectors(projected[num:].detach().float()), labels)
        return self.loss_weight * losses.mean()
