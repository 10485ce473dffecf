import torch
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import (
    aligned_logits,
    alignment_confidence,
    cosine_to_vmf,
    directional_logits,
    unit_vectors,
)
from mmlt.functional.checks import at_least_float32, check_real

__all__ = ['DisAlignClsHead']


@MODELS.register_module()
class DisAlignClsHead(LinearClsHead):
    """Logits of a trained classifier, adjusted by class and by image.

    With z the logits of ``fc`` and sigma = sigmoid(v.f + b) the confidence of
    an image, they are sigma (a_c z_c + b_c) + (1 - sigma) z_c. ``scale`` a
    (C,) is 1 and ``offset`` (C,) 0 at the beginning, so that nothing is
    changed; ``direction`` v (D,) is 0.1, as published, and ``threshold`` b
    (1,) is 0.

    The weights ``fc`` of a trained ``LinearClsHead`` or ``CosineClsHead``
    load as they are; to learn the rest alone, freeze them:
    ``LongTailClassifier(frozen=['backbone', 'head.fc'])``.

    Args:
        num_classes: C.
        in_channels: D.
        cosine_scale: For a first stage with a ``CosineClsHead``, its
            ``scale``: logits and confidence are of features of length 1. None
            for a linear one.
        **kwargs: As mmpretrain's ``LinearClsHead``.

    Raises:
        ValueError: If ``cosine_scale`` is negative or not finite.

    Source:
        Zhang et al. (DisAlign), CVPR 2021, https://arxiv.org/abs/2103.16370;
        what learns and what does not:
        https://github.com/Megvii-BaseDetection/DisAlign/blob/a2fc3500a108cb83e3942293a5675c97ab3a2c6e/classification/imagenetlt/resnext50/resx50.scratch.imagenet_lt.224size.90e.disalign.10e/net.py
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        cosine_scale: float | None = None,
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        if cosine_scale is not None:
            hint = 'It is the `scale` of the CosineClsHead of the first stage.'
            check_real('cosine_scale', cosine_scale, 0, hint)
            self.fc = nn.Linear(in_channels, num_classes, bias=False)
        self.cosine_scale = cosine_scale
        # whether x is the direction of the feature alone, or the feature
        self.normalizes_features = cosine_scale is not None
        self.scale = nn.Parameter(torch.ones(num_classes))
        self.offset = nn.Parameter(torch.zeros(num_classes))
        self.direction = nn.Parameter(torch.full((in_channels,), 0.1))
        self.threshold = nn.Parameter(torch.zeros(1))

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Logits (N, C), in at least float32.

        Args:
            feats: Features; the last ones, (N, D), are classified.
        """
        features = self.pre_logits(feats)
        if self.cosine_scale is None:
            logits = self.fc(features)
        else:
            features = unit_vectors(at_least_float32(features))
            kappa, mu = cosine_to_vmf(self.fc.weight, self.cosine_scale)
            logits = directional_logits(features, kappa, mu, normalize=False)
        confidence = alignment_confidence(
            features, self.direction, self.threshold
        )
        return aligned_logits(logits, confidence, self.scale, self.offset)
