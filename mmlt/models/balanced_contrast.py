"""Contrast in which every class has one vote (BCL)."""

from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import balanced_contrastive_loss
from mmlt.functional.checks import check_real

from .projection import (
    check_plain_labels,
    gathered,
    gathered_with_gradient,
    projection,
)

__all__ = ['BalancedContrast']


@MODELS.register_module()
class BalancedContrast(nn.Module):
    """The contrast of BCL, a branch of ``MultiViewClassifier``.

    Projected features of all views but the first are contrasted with each
    other and with a center of each class, which a second projection makes of
    the rows of the classifier's weight: a gradient flows to them. In
    distributed training the features of all processes are candidates, and
    gradients flow to all of them.

    Args:
        num_classes: C.
        in_channels: D, of the features and of the classifier's rows.
        hidden_channels: Width of the projections.
        dim: Length of a projected feature.
        temperature: T > 0, dimensionless.
        loss_weight: Factor on the loss, >= 0.

    Raises:
        ValueError: If a setting is out of range.
        TypeError: In training, for labels that are not one per image, or a
            head without a weight ``fc.weight`` of (C, D).

    Source:
        Zhu et al. (BCL), CVPR 2022, https://arxiv.org/abs/2207.09052;
        temperature and weight on ImageNet-LT, 0.07 and 0.35:
        https://github.com/FlamieZhu/Balanced-Contrastive-Learning/blob/f72d0703794bcec8b00da86774c9d780dc721701/main.py#L55-L60
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        hidden_channels: int = 512,
        dim: int = 128,
        temperature: float = 0.1,
        loss_weight: float = 0.6,
    ) -> None:
        super().__init__()
        check_real(
            'temperature', temperature, 0, 'The usual one is 0.1.', above=True
        )
        check_real('loss_weight', loss_weight, 0, 'Published: 0.35 or 0.6.')
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.temperature = temperature
        self.loss_weight = loss_weight
        self.projection = projection(in_channels, hidden_channels, dim)
        self.center_projection = projection(in_channels, hidden_channels, dim)

    def forward(
        self, features: Tensor, labels: Tensor, head: nn.Module
    ) -> Tensor:
        """Loss of a batch, the mean over the anchors.

        Args:
            features: (V, N, D) of V >= 2 views. The first is the
                classifier's; it takes part in the batch normalization alone.
            labels: (N,) int64.
            head: The classifier, with ``fc.weight`` (C, D).

        Returns:
            A scalar.
        """
        check_plain_labels(labels, type(self).__name__)
        shape = self.num_classes, self.in_channels
        weight = classifier_weight(head, shape)
        views, num, _ = features.shape
        projected = self.projection(features.flatten(0, 1))
        own, own_labels = projected[num:], labels.repeat(views - 1)
        every, anchors = gathered_with_gradient(own)
        losses = balanced_contrastive_loss(
            every,
            gathered(own_labels),
            self.center_projection(weight),
            self.temperature,
            anchors,
        )
        return self.loss_weight * losses.mean()


def classifier_weight(head: nn.Module, shape: tuple[int, int]) -> Tensor:
    """Rows of the classifier, (C, D).

    Raises:
        TypeError: If the head has no weight of that shape.
    """
    weight = getattr(getattr(head, 'fc', None), 'weight', None)
    if not isinstance(weight, Tensor) or tuple(weight.shape) != shape:
        raise TypeError(
            f'Expected a head with one linear layer `fc` of {shape[0]} rows '
            f'and {shape[1]} columns, which are made centers of the classes, '
            f'but got {type(head).__name__}. Use LinearClsHead or '
            'CosineClsHead, or give the contrast their sizes.'
        )
    return weight
