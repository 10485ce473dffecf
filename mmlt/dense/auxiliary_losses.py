"""Losses on the densities of a vMF classifier, beside that on the scores.

They are those of classification, ``InterClassDiscrepancyLoss`` and
``ClassFeatureConsistencyLoss``, of the pixels or boxes of a batch in the place
of its images. Here is what brings the classifier, its features and the labels
to them; the numbers are in :mod:`mmlt.functional`.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from mmlt.models.heads.vmf_cls_head import check_loss_names
from mmlt.parents import MODELS

from .vmf_layer import VMFLayer

__all__ = [
    'AuxiliaryPixelLoss',
    'LossWithAuxiliaries',
    'build_auxiliary_losses',
]

# where these losses are registered; that of the network is another
SCOPE = 'mmpretrain'


def build_auxiliary_losses(
    losses: Sequence[dict | nn.Module],
) -> list[nn.Module]:
    """The losses of a setting ``aux_losses``.

    Args:
        losses: Configs of them, or the modules themselves.

    Raises:
        TypeError: If one is no loss on (kappa, mu).
        ValueError: If two have one name.
    """
    built = [
        loss
        if isinstance(loss, nn.Module)
        else MODELS.build({'_scope_': SCOPE, **loss})
        for loss in losses
    ]
    check_loss_names(built)
    return built


def auxiliary_loss(
    loss: nn.Module, layer: VMFLayer, features: Tensor, labels: Tensor
) -> Tensor:
    """One loss of the rows that belong to a density.

    Args:
        loss: On kappa, mu, features and labels.
        layer: The classifier.
        features: (N, D), what it was given.
        labels: (N,) integers; others than the densities' take no part.
    """
    kappa, mu = layer.vmf_parameters()
    known = (labels >= 0) & (labels < len(kappa))
    return loss(kappa, mu, features[known], labels[known])


class AuxiliaryPixelLoss(nn.Module):
    """One of the losses of a decode head, called as those on its scores.

    Labels are brought to the size of the features: that of the pixel in the
    middle of what a feature covers.

    Args:
        layer: The classifier of the head; it keeps its features.
        loss: On kappa, mu, features and labels.
        is_last: Whether the features are let go of afterwards.
    """

    def __init__(
        self, layer: VMFLayer, loss: nn.Module, is_last: bool = True
    ) -> None:
        super().__init__()
        self.loss = loss
        self.is_last = is_last
        self.loss_name = loss.loss_name
        layer.keeps_features = True
        # in a list: the classifier is a part of the head, not of its loss
        self._layer = [layer]

    def forward(
        self,
        seg_logit: Tensor,
        seg_label: Tensor,
        weight: Tensor | None = None,
        ignore_index: int = 255,
    ) -> Tensor:
        """Loss of a batch, a scalar.

        Args:
            seg_logit: Not used.
            seg_label: (N, H, W).
            weight: Not used.
            ignore_index: Label of pixels that take no part.
        """
        (layer,) = self._layer
        maps = layer.kept_features(let_go=self.is_last)
        labels = F.interpolate(
            seg_label[:, None].float(), maps.shape[2:], mode='nearest-exact'
        )
        labels = labels.long().flatten()
        labels = labels.masked_fill(labels == ignore_index, -1)
        rows = maps.movedim(1, -1).flatten(0, -2)
        return auxiliary_loss(self.loss, layer, rows, labels)


class LossWithAuxiliaries(nn.Module):
    """The loss of a box head, and further ones on its classifier.

    Whatever else is asked of it (how many scores there are, what the
    probabilities are), the loss of the head answers.

    Args:
        loss: Of the head, on its scores.
        layer: Its classifier, which keeps its features.
        auxiliaries: On kappa, mu, features and labels. Boxes of background
            take part where the classifier has a density for it.
    """

    def __init__(
        self,
        loss: nn.Module,
        layer: VMFLayer,
        auxiliaries: Sequence[nn.Module],
    ) -> None:
        super().__init__()
        self.loss = loss
        self.auxiliaries = nn.ModuleList(auxiliaries)
        layer.keeps_features = True
        self._layer = [layer]

    def __getattr__(self, name: str):
        """What this module has not, its loss has."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__('loss'), name)

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
    ) -> dict[str, Tensor]:
        """All losses by their names; the arguments are those of the head's.

        Args:
            cls_score: (N, scores).
            label: (N,) indices.
            weight: (N,) factor on the loss of each box on its scores.
            avg_factor: Divisor of the mean of that loss.
            reduction_override: Of that loss.
        """
        losses = self.loss(
            cls_score,
            label,
            weight,
            avg_factor=avg_factor,
            reduction_override=reduction_override,
        )
        if not isinstance(losses, dict):
            losses = {'loss_cls': losses}
        (layer,) = self._layer
        features = layer.kept_features(let_go=True)
        for aux in self.auxiliaries:
            losses[aux.loss_name] = auxiliary_loss(aux, layer, features, label)
        return losses
