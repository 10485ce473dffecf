from mmdet.models.losses import accuracy
from mmdet.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import (
    objectness_log_probs,
    objectness_losses,
    reduce_loss,
)
from mmlt.functional.checks import check_choice, check_real

__all__ = ['ClassAndObjectnessLoss']


@MODELS.register_module()
class ClassAndObjectnessLoss(nn.Module):
    """Cross-entropy of the class of a box, and of object or background.

    For C + 2 scores, those of :class:`VMFLinear`: of the classes, of an
    object and of background. A box is of class i by p(object) p(i | object).
    The head of mmdet asks a loss of this kind how many scores there are, and
    what the probabilities and the accuracies are. With the same scores it is
    ``SeesawLoss(p=0, q=0)``, without counters and without ``num_classes``.

    Args:
        loss_weight: Factor on both parts.
        reduction: 'mean', 'sum' or 'none'.
        use_sigmoid: False, as the configs of mmdetection have it.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Wang et al. (Seesaw loss), CVPR 2021,
        https://arxiv.org/abs/2008.10032, its objectness branch
    """

    # what BBoxHead looks for
    custom_cls_channels = True
    custom_activation = True
    custom_accuracy = True

    def __init__(
        self,
        loss_weight: float = 1.0,
        reduction: str = 'mean',
        use_sigmoid: bool = False,
    ) -> None:
        super().__init__()
        if use_sigmoid:
            raise ValueError(
                'Expected `use_sigmoid=False` of ClassAndObjectnessLoss, but '
                f'got {use_sigmoid}: classes exclude each other. Leave it out.'
            )
        self.loss_weight = check_real(
            'loss_weight', loss_weight, 0, 'It is a factor on the loss.'
        )
        check_choice('reduction', reduction, ('mean', 'sum', 'none'))
        self.reduction = reduction

    def get_cls_channels(self, num_classes: int) -> int:
        """Scores of a box: those of the C classes and two of objectness."""
        return num_classes + 2

    def get_activation(self, cls_score: Tensor) -> Tensor:
        """Probabilities (N, C + 1), background last, of (N, C + 2)."""
        return objectness_log_probs(cls_score).exp()

    def get_accuracy(
        self, cls_score: Tensor, labels: Tensor
    ) -> dict[str, Tensor]:
        """Accuracy of objectness, and of the classes of objects, percent."""
        background = cls_score.shape[1] - 2
        objects = labels < background
        classes = cls_score[objects, :-2]
        return {
            'acc_objectness': accuracy(cls_score[:, -2:], (~objects).long()),
            'acc_classes': accuracy(classes, labels[objects]),
        }

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
    ) -> dict[str, Tensor]:
        """Both parts of the loss.

        Args:
            cls_score: (N, C + 2) scores.
            label: (N,) indices, C for background.
            weight: (N,) factor on the loss of each box.
            avg_factor: Divisor of the mean instead of N; the same for both.
            reduction_override: Used instead of ``reduction``.

        Returns:
            ``loss_cls_classes`` and ``loss_cls_objectness``, scalars, or
            (N,) for the reduction 'none'.
        """
        reduction = reduction_override or self.reduction
        parts = objectness_losses(cls_score, label)
        names = 'loss_cls_classes', 'loss_cls_objectness'
        return {
            name: self.loss_weight
            * reduce_loss(part, weight, reduction, avg_factor)
            for name, part in zip(names, parts, strict=True)
        }
