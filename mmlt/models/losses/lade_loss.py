from torch import Tensor

from mmlt.functional import balanced_softmax_loss, lade_regularizer
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS

from .class_counts_loss import ClassCountsLoss

__all__ = ['LADELoss']


@MODELS.register_module()
class LADELoss(ClassCountsLoss):
    """Balanced softmax and the regularizer of LADE.

    The regularizer is one number for the batch: every sample gets it on top
    of its own loss, so that reductions and weights act as usual. With
    several processes each takes it of its own part of the batch, as the
    published code does on its devices. The loss of mixed labels is the
    weighted sum of those of the two; soft labels are refused. At test with
    the prior q of the test set known, take the logits plus log q.

    Args:
        alpha: Weight of the regularizer, >= 0; 0 is balanced softmax.
        strength: lambda of :func:`~mmlt.functional.lade_regularizer`, >= 0.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If a setting is negative or not finite.

    Source:
        Hong et al. (LADE), CVPR 2021, https://arxiv.org/abs/2012.00321; the
        defaults are those on CIFAR-100-LT of
        https://github.com/hyperconnect/LADE/tree/150181e447e714475e433e532b09990e920e1a1b
    """

    # the means of the classes are not linear in them
    accepts_soft_labels = False

    def __init__(
        self, alpha: float = 0.1, strength: float = 0.01, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        hint = 'The published one is 0.1 on CIFAR-100-LT.'
        self.alpha = check_real('alpha', alpha, 0, hint)
        hint = 'The published one is 0.01 on CIFAR-100-LT.'
        self.strength = check_real('strength', strength, 0, hint)

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices.
        """
        losses = balanced_softmax_loss(logits, labels, self.class_counts)
        bound = lade_regularizer(
            logits, labels, self.class_counts, self.strength
        )
        return losses + self.alpha * bound
