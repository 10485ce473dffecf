import logging

import torch
from torch import Tensor

from mmlt.functional import label_weights, ldam_loss, ldam_margins
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS, print_log

from .reweighted_loss import ReweightedLoss

__all__ = ['LDAMLoss']

LARGEST_COSINE = 1.01


@MODELS.register_module()
class LDAMLoss(ReweightedLoss):
    """Label-distribution-aware margins on cosine logits.

    The head gives the cosine itself: ``CosineClsHead(scale=1)``. At test the
    softmax is then taken of the unscaled cosines, as published: the ranking is
    right, but the confidence is low. ``CosineClsHead(scale=30)`` with
    ``LDAMLoss(scale=1, max_margin=15)`` is the same training with scaled
    logits at test.

    Args:
        max_margin: Margin of the rarest class, >= 0, on the cosine.
        scale: Factor on the cosine inside the loss, > 0.
        reweight: None; 'class_balanced' or 'cost_sensitive', for the second
            stage of DRW, divided by the weights of the batch.
        beta: In [0, 1), of 'class_balanced'; 0.9999 in LDAM-DRW.
        power: >= 0, of 'cost_sensitive'.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If a setting is out of range or unknown.

    Source:
        Cao et al. (LDAM), NeurIPS 2019, https://arxiv.org/abs/1906.07413;
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/losses.py#L23-L45
    """

    accepts_soft_labels = False

    def __init__(
        self,
        max_margin: float = 0.5,
        scale: float = 30.0,
        reweight: str | None = None,
        beta: float = 0.9999,
        power: float = 1.0,
        **kwargs,
    ) -> None:
        super().__init__(reweight, beta, power, **kwargs)
        hint = 'The published ones are max_margin=0.5 and scale=30.'
        self.max_margin = check_real('max_margin', max_margin, 0, hint)
        self.scale = check_real('scale', scale, 0, hint, above=True)
        self.register_buffer(
            'margins', torch.zeros(0, dtype=torch.float64), persistent=False
        )
        self._calls = 0
        self._warned = False

    def class_counts_changed(self) -> None:
        """Compute the margins, (C,), and weights from the counts."""
        super().class_counts_changed()
        self.margins = ldam_margins(self.class_counts, self.max_margin)

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Weighted loss of each sample, (N,).

        Args:
            logits: (N, C) cosines.
            labels: (N,) indices.
        """
        self._warn_of_other_logits(logits)
        losses = ldam_loss(logits, labels, self.margins, self.scale)
        weights = label_weights(labels, self.class_weights)
        return losses * weights.to(losses.dtype)

    def _warn_of_other_logits(self, logits: Tensor) -> None:
        """Say once that the logits are no cosines.

        They are looked at in the calls 1, 2, 4, 8, ... alone: a GPU hardly
        waits for it.
        """
        if self.scale <= 1 or self._warned or torch.compiler.is_compiling():
            return
        self._calls += 1
        if self._calls & (self._calls - 1) or not logits.numel():
            return
        largest = logits.detach().abs().max().item()
        # half precision may round a cosine up to 1.004
        if largest > LARGEST_COSINE:
            self._warned = True
            print_log(
                'LDAMLoss got a logit of size '
                f'{largest:.3g} where it takes cosines, from -1 to 1: its '
                f'scale of {self.scale:g} leaves nothing of the margins. '
                'Divide features and weights of the classifier by their '
                'lengths, as CosineClsHead does.',
                logger='current',
                level=logging.WARNING,
            )
