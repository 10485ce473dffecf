import torch
from torch import Tensor

from mmlt.environment import has_trainer
from mmlt.functional import (
    cloud_amplitudes,
    cloud_noise,
    gaussian_clouded_loss,
)
from mmlt.functional.checks import check_real
from mmlt.parents import MODELS

from .class_counts_loss import ClassCountsLoss

if has_trainer():
    from mmlt.models.epoch_generator import EpochGenerator

__all__ = ['GaussianCloudedLoss']


@MODELS.register_module()
class GaussianCloudedLoss(ClassCountsLoss):
    """Cross-entropy of logits clouded by noise, more for rare classes (GCL).

    For ``CosineClsHead(scale=s)``: the published strength and margin are for
    cosines, so give s times as much. The noise is drawn anew for every batch,
    and for each of the two labels where images are mixed, as published. That
    of an epoch depends on the seed of the run, the epoch and the process, so
    that a resumed run draws the same; without mmengine it is torch's own.

    Args:
        strength: Factor on the noise, >= 0; 15 is 30 times 0.5.
        margin: Of the class of the label, >= 0.
        focus: Exponent of 1 - p on the loss of an image, >= 0; 1 in the
            second stage.
        **kwargs: ``reduction`` and ``loss_weight``.

    Raises:
        ValueError: If a setting is negative or not finite.

    Source:
        Li, Cheung and Lu (GCL), CVPR 2022,
        https://openaccess.thecvf.com/content/CVPR2022/html/Li_Long-Tailed_Visual_Recognition_via_Gaussian_Clouded_Logit_Adjustment_CVPR_2022_paper.html;
        https://github.com/Keke921/GCLLoss/blob/c2a62338ebb7753178b5c3ec5a69a4fb04069109/losses.py#L53-L83
    """

    accepts_soft_labels = False

    def __init__(
        self,
        strength: float = 15.0,
        margin: float = 0.0,
        focus: float = 0.0,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        hint = 'The published one is 15 (0.5 times the scale, 30).'
        self.strength = check_real('strength', strength, 0, hint)
        hint = 'The published one is 0, and 2 in the second stage.'
        self.margin = check_real('margin', margin, 0, hint)
        hint = 'The published one is 0, and 1 in the second stage.'
        self.focus = check_real('focus', focus, 0, hint)
        self.register_buffer(
            'amplitudes', torch.zeros(0, dtype=torch.float64), persistent=False
        )
        self._epoch_generator = (
            EpochGenerator('GaussianCloudedLoss') if has_trainer() else None
        )

    def class_counts_changed(self) -> None:
        """Compute the amplitudes, (C,), from the counts."""
        super().class_counts_changed()
        self.amplitudes = cloud_amplitudes(self.class_counts)

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Seed the noise of an epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        if self._epoch_generator is not None:
            self._epoch_generator.set_epoch(epoch)

    def random_state(self) -> Tensor | None:
        """How far the noise of the epoch is; None: at the start."""
        if self._epoch_generator is None:
            return None
        return self._epoch_generator.state()

    def set_random_state(self, state: Tensor | None) -> None:
        """Go on with it from what :meth:`random_state` was.

        Args:
            state: Of the same epoch, after :meth:`set_progress`.
        """
        if self._epoch_generator is not None:
            self._epoch_generator.set_state(state)

    def per_sample(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each sample, (N,).

        Args:
            logits: (N, C) cosines times the scale of the head.
            labels: (N,) indices.
        """
        return gaussian_clouded_loss(
            logits,
            labels,
            self.amplitudes,
            self._noise(logits),
            self.strength,
            self.margin,
            self.focus,
        )

    def _noise(self, logits: Tensor) -> Tensor:
        """Noise (N, C) for a batch."""
        if self._epoch_generator is None:
            return cloud_noise(logits.shape).to(logits.device)
        generator = self._epoch_generator.on(logits.device)
        return cloud_noise(logits.shape, generator)
