"""DisAlign: logits that are adjusted by class, as far as an image needs it."""

from torch import Tensor

from .checks import at_least_float32
from .losses import PerClass, per_class

__all__ = ['aligned_logits', 'alignment_confidence']


def alignment_confidence(
    features: Tensor, direction: Tensor, threshold: Tensor
) -> Tensor:
    r"""Share of the adjustment that each image gets: sigmoid(v.f + b).

    Args:
        features: (N, D), f.
        direction: (D,), v.
        threshold: (1,), b.

    Returns:
        (N,) in [0, 1], in at least float32.

    Examples:
        >>> features = torch.tensor([[1.0, 0.5], [-0.5, 1.0]])
        >>> direction, threshold = torch.tensor([0.4, -0.6]), torch.zeros(1)
        >>> alignment_confidence(features, direction, threshold)
        tensor([0.5250, 0.3100])

    Source:
        Zhang et al. (DisAlign), CVPR 2021, https://arxiv.org/abs/2103.16370
    """
    features = at_least_float32(features)
    direction = direction.to(features.dtype)
    # a sum instead of a product of matrices, which autocast would round
    scores = (features * direction).sum(1) + threshold.to(features.dtype)
    return scores.sigmoid()


def aligned_logits(
    logits: Tensor, confidence: Tensor, scale: PerClass, offset: PerClass
) -> Tensor:
    r"""Logits sigma (a_c z_c + b_c) + (1 - sigma) z_c.

    An image of confidence 0 keeps its logits; one of confidence 1 gets those
    of another classifier, with a factor and an offset for each class.

    Args:
        logits: (N, C), z.
        confidence: (N,) sigma, :func:`alignment_confidence`.
        scale: (C,), a; at 1 with an ``offset`` of 0 nothing changes.
        offset: (C,), b.

    Returns:
        (N, C) in at least float32.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0], [2.0, 1.0]])
        >>> confidence = torch.tensor([0.0, 0.5])
        >>> aligned_logits(logits, confidence, [1.0, 2.0], [0.0, 1.0])
        tensor([[2., 1.],
                [2., 2.]])

    Source:
        Zhang et al. (DisAlign), CVPR 2021, https://arxiv.org/abs/2103.16370;
        https://github.com/Megvii-BaseDetection/DisAlign/blob/a2fc3500a108cb83e3942293a5675c97ab3a2c6e/semantic_seg/disalign/models/decode_heads/fcn_head_disalign.py
    """
    logits = at_least_float32(logits)
    scale, offset = (per_class(x, logits) for x in (scale, offset))
    # the same as the sum of the two, and exactly z where a is 1 and b is 0
    moved = (scale - 1) * logits + offset
    return logits + confidence.to(logits.dtype)[:, None] * moved
