from torch import Tensor, nn

from mmlt.functional import distillation_loss, reduce_loss
from mmlt.functional.checks import check_real
from mmlt.functional.distillation import check_distillation_settings
from mmlt.parents import MODELS

from .sharpness_weighted_loss import scaled_sharp_parts

__all__ = ['DiVELoss']


@MODELS.register_module()
class DiVELoss(nn.Module):
    r"""Distill a teacher's virtual examples, in addition to a loss on labels.

    alpha T^2 KL(q \|\| softmax(z_s / T)) + (1 - alpha) base loss, see
    :func:`~mmlt.functional.distillation_loss`. The loss of a head in a
    ``DistillClassifier``, which hands it the teacher's logits.

    ``power=1`` with any base loss is plain distillation (BKD with
    ``BalancedSoftmaxLoss``).

    Args:
        temperature: T > 0, dimensionless.
        power: p >= 0, exponent of the teacher's distribution.
        alpha: Share of the distillation, in [0, 1]; 0 is the base loss.
        base_loss: Config of the loss of the labels; None for balanced
            softmax, which needs the class counts.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        He et al. (DiVE), ICCV 2021, https://arxiv.org/abs/2103.15042; T = 2,
        power 0.5 and alpha = 0.5 are those of
        https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/configs/cao_cifar/DiVE/cifar100_im100/student.yaml#L27-L32
    """

    def __init__(
        self,
        temperature: float = 2.0,
        power: float = 0.5,
        alpha: float = 0.5,
        base_loss: dict | nn.Module | None = None,
    ) -> None:
        super().__init__()
        check_distillation_settings(temperature, power)
        check_real('alpha', alpha, 0, 'The default is 0.5.', high=1)
        self.temperature = temperature
        self.power = power
        self.alpha = alpha
        if base_loss is None:
            base_loss = dict(type='BalancedSoftmaxLoss')
        if not isinstance(base_loss, nn.Module):
            base_loss = MODELS.build(base_loss)
        self.base_loss = base_loss

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
        teacher_logits: Tensor | None = None,
    ) -> Tensor:
        """Loss of a batch, with the arguments of mmpretrain's losses.

        Args:
            cls_score: (N, C) logits of the student.
            label: (N,) int64, or what the base loss takes besides.
            weight: (N,), per sample.
            avg_factor: Divisor of the sum; N for None.
            reduction_override: 'none', 'mean' or 'sum'; None for 'mean'.
            teacher_logits: (N, C).

        Returns:
            A scalar, or (N,) for 'none'.

        Raises:
            RuntimeError: Without ``teacher_logits``.
        """
        if teacher_logits is None:
            raise RuntimeError(
                'Expected DiVELoss to get the logits of a teacher, but got '
                "none. Set `type='DistillClassifier'` in the model."
            )
        distilled = reduce_loss(
            distillation_loss(
                cls_score, teacher_logits, self.temperature, self.power
            ),
            weight,
            reduction_override or 'mean',
            avg_factor,
        )
        with scaled_sharp_parts(self.base_loss, 1 - self.alpha):
            base = self.base_loss(
                cls_score,
                label,
                weight=weight,
                avg_factor=avg_factor,
                reduction_override=reduction_override,
            )
        return self.alpha * distilled + (1 - self.alpha) * base
