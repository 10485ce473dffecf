import torch
from torch import Tensor

from mmlt.functional import (
    class_balanced_weights,
    cost_sensitive_weights,
    label_weights,
)
from mmlt.functional.checks import check_choice, check_real
from mmlt.functional.per_class import check_beta

from .class_counts_loss import ClassCountsLoss

__all__ = ['ReweightedLoss']

REWEIGHTS = (None, 'class_balanced', 'cost_sensitive')


class ReweightedLoss(ClassCountsLoss):
    """Base of the losses that weigh each class.

    Args:
        reweight: 'class_balanced', (1 - beta) / (1 - beta^n_c) of mean 1;
            'cost_sensitive', (n_min / n_c)^power; or None, 1 for all.
        beta: In [0, 1), of 'class_balanced'.
        power: >= 0, of 'cost_sensitive'.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If a setting is out of range or unknown.
    """

    def __init__(
        self,
        reweight: str | None = 'class_balanced',
        beta: float = 0.9999,
        power: float = 1.0,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        check_choice('reweight', reweight, REWEIGHTS)
        self.reweight = reweight
        self.beta = check_beta(beta)
        hint = 'The usual ones are 1 and 0.5.'
        self.power = check_real('power', power, 0, hint)
        self.register_buffer(
            'class_weights',
            torch.zeros(0, dtype=torch.float64),
            persistent=False,
        )

    def class_counts_changed(self) -> None:
        """Compute the class weights, (C,), from the counts."""
        super().class_counts_changed()
        if self.reweight == 'class_balanced':
            weights = class_balanced_weights(self.class_counts, self.beta)
        elif self.reweight == 'cost_sensitive':
            weights = cost_sensitive_weights(self.class_counts, self.power)
        else:
            weights = torch.ones_like(self.class_counts, dtype=torch.float64)
        self.class_weights = weights

    def label_weights(self, labels: Tensor) -> Tensor:
        """Weight of each label, (N,); the mean divides by their sum.

        Args:
            labels: (N,) indices, or (N, C) if ``accepts_soft_labels``.
        """
        return label_weights(labels, self.class_weights)
