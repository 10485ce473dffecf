import torch
from torch import Tensor

from mmlt.functional import cdt_loss, cdt_temperatures
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS

from .class_counts_loss import ClassCountsLoss

__all__ = ['CDTLoss']


@MODELS.register_module()
class CDTLoss(ClassCountsLoss):
    """Cross-entropy with class-dependent temperatures (n_max / n_c)^gamma.

    Args:
        gamma: Exponent of the ratio of the counts, >= 0; 0 is plain
            cross-entropy. The configs of FCC take 0.2.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If ``gamma`` is negative or not finite.

    Source:
        Ye et al., 2020, https://arxiv.org/abs/2001.01385
    """

    def __init__(self, gamma: float = 0.2, **kwargs) -> None:
        super().__init__(**kwargs)
        hint = 'The configs of FCC take 0.2.'
        self.gamma = check_real('gamma', gamma, 0, hint)
        self.register_buffer(
            'temperatures',
            torch.zeros(0, dtype=torch.float64),
            persistent=False,
        )

    def class_counts_changed(self) -> None:
        """Compute the temperatures, (C,), from the counts."""
        super().class_counts_changed()
        self.temperatures = cdt_temperatures(self.class_counts, self.gamma)

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C).
            labels: (N,) indices or (N, C) soft labels.
        """
        return cdt_loss(logits, labels, self.temperatures)
