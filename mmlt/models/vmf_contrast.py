"""Contrast with a von Mises-Fisher distribution of each class (ProCo)."""

import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import (
    log_counts,
    running_class_means,
    unit_vectors,
    vmf_concentration_estimate,
    vmf_contrast_logits,
)
from mmlt.functional.checks import at_least_float32, check_real

from .class_counts import ClassCountsMixin
from .projection import check_plain_labels, gathered, projection

__all__ = ['VMFContrast']

START = 0.9  # length of a mean before its class was seen


@MODELS.register_module()
class VMFContrast(ClassCountsMixin, nn.Module):
    """The contrast of ProCo, a branch of ``MultiViewClassifier``.

    Projected features of each class are taken for samples of a von
    Mises-Fisher distribution; the supervised contrast with infinitely many
    of them has a closed form. The distributions are those of the last epoch,
    to which this epoch's features are added as they come, while others
    gather this epoch alone; they change places before the next
    (:meth:`set_progress`; where it is never called, the distributions are
    those of all features so far). All are in the checkpoint. In distributed
    training all processes share the features.

    Args:
        num_classes: C.
        in_channels: D, of the features.
        hidden_channels: Width of the projection.
        dim: Length p >= 2 of a projected feature.
        temperature: T > 0, dimensionless.
        loss_weight: Factor on the loss, >= 0.

    Raises:
        ValueError: If a setting is out of range, or a class has no image.
        TypeError: In training, for labels that are not one per image.
        RuntimeError: In training, if the class counts were never set.

    Source:
        Du et al. (ProCo), TPAMI 2024, https://arxiv.org/abs/2403.06726; the
        defaults are those on CIFAR of
        https://github.com/LeapLabTHU/ProCo/blob/af9e78ef6b3d731fed963781e5a4861658028fc2/ProCo_cifar/main.py#L27-L62
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        hidden_channels: int = 512,
        dim: int = 128,
        temperature: float = 0.1,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        check_real(
            'temperature', temperature, 0, 'The usual one is 0.1.', above=True
        )
        check_real('loss_weight', loss_weight, 0, 'The published one is 1.')
        check_real('dim', dim, 2, 'The published one is 128.')
        self.num_classes = num_classes
        self.temperature = temperature
        self.loss_weight = loss_weight
        self.projection = projection(in_channels, hidden_channels, dim)
        # 0: in use; 1: gathers the epoch
        start = self._start(-1, num_classes, dim)
        self.register_buffer('means', torch.stack([start, start]))
        self.register_buffer('amounts', torch.zeros(2, num_classes))
        self.register_buffer('epoch', torch.tensor(-1))
        self.register_buffer('log_counts', torch.zeros(0), persistent=False)

    @staticmethod
    def _start(epoch: int, num_classes: int, dim: int) -> Tensor:
        """Means of classes that no feature was seen of, (C, p).

        From a seed of their own: several processes must begin with the same.
        """
        generator = torch.Generator().manual_seed(epoch + 1)
        rows = torch.randn(num_classes, dim, generator=generator)
        return START * unit_vectors(rows)

    def class_counts_changed(self) -> None:
        """Compute the logarithm of the counts, (C,)."""
        self.refuse_empty_classes('the loss takes the logarithm of its number')
        self.log_counts = log_counts(self.class_counts).to(self.log_counts)

    @torch.no_grad()
    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Use what the last epoch gathered; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0. Where it is the one
                of the last call, as in a run that goes on in its middle,
                nothing changes.
            max_epochs: Epochs in all.
        """
        if epoch == int(self.epoch):
            return
        self.epoch.fill_(epoch)
        self.means[0] = self.means[1]
        self.amounts[0] = self.amounts[1]
        self.means[1] = self._start(epoch, *self.means.shape[1:])
        self.amounts[1] = 0

    @torch.no_grad()
    def add(self, features: Tensor, labels: Tensor) -> None:
        """Let features (N, p) of a batch count, in all processes."""
        features, labels = gathered(features), gathered(labels)
        for k in range(2):
            self.means[k], self.amounts[k] = running_class_means(
                self.means[k], self.amounts[k], features, labels
            )

    def logits(self, features: Tensor) -> Tensor:
        """What the distributions in use say to features (N, p), (N, C)."""
        means = self.means[0]
        kappa = vmf_concentration_estimate(
            means.shape[1], torch.linalg.vector_norm(means, dim=1)
        )
        return vmf_contrast_logits(features, means, kappa, self.temperature)

    def forward(
        self, features: Tensor, labels: Tensor, head: nn.Module | None = None
    ) -> Tensor:
        """Loss of a batch, the mean over the views; moves the means.

        Args:
            features: (V, N, D) of V >= 2 views. The first is the
                classifier's; it takes part in the batch normalization alone.
            labels: (N,) int64.
            head: The classifier; not used.

        Returns:
            A scalar.
        """
        self.require_class_counts()
        check_plain_labels(labels, type(self).__name__)
        views, num, _ = features.shape
        projected = at_least_float32(self.projection(features.flatten(0, 1)))
        projected = unit_vectors(projected).view(views, num, -1)
        losses = []
        for view in projected[1:]:
            self.add(view, labels)
            logits = self.logits(view) + self.log_counts
            losses.append(F.cross_entropy(logits, labels))
        return self.loss_weight * torch.stack(losses).mean()
