"""Balanced contrastive learning (BCL): every class has one vote."""

import torch
from torch import Tensor

from .checks import at_least_float32, check_real
from .unit_vectors import unit_vectors

__all__ = ['balanced_contrastive_loss']


def balanced_contrastive_loss(
    features: Tensor,
    labels: Tensor,
    centers: Tensor,
    temperature: float = 0.1,
    anchors: slice = slice(None),
) -> Tensor:
    r"""Supervised contrast in which classes, not images, are averaged.

    With s_ij = f_i.f_j / T, the features of the batch and the centers of all
    classes as candidates j, and P(i) the others of the class of i,

    $$L_i = -\frac{1}{|P(i)|} \sum_{j \in P(i)} \left[ s_{ij} -
    \log \sum_{k \ne i} \frac{e^{s_{ik}}}{w_{ik}} \right],$$

    where w_ik is how many candidates other than i the class of k has. The
    centers put every class into every batch.

    Args:
        features: (M, D), divided by their length first.
        labels: (M,) integers in [0, C).
        centers: (C, D), divided by their length first.
        temperature: T > 0, dimensionless.
        anchors: Which of the features are anchors i: those of this process
            where ``features`` are of all. Every one is a candidate.

    Returns:
        (A,) of the A anchors, in at least float32.

    Raises:
        ValueError: If T is not above 0.

    Examples:
        >>> features = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> centers = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> labels = torch.tensor([0, 1])
        >>> balanced_contrastive_loss(features, labels, centers, 0.5)
        tensor([0.1269, 0.1269])

    Source:
        Zhu et al. (BCL), CVPR 2022, https://arxiv.org/abs/2207.09052, Eq. 5;
        https://github.com/FlamieZhu/Balanced-Contrastive-Learning/blob/f72d0703794bcec8b00da86774c9d780dc721701/loss/contrastive.py#L11-L58
    """
    check_real(
        'temperature', temperature, 0, 'The usual one is 0.1.', above=True
    )
    dtype = at_least_float32(features).dtype
    num_classes = len(centers)
    candidates = torch.cat(
        [unit_vectors(features, dtype=dtype), unit_vectors(centers.to(dtype))]
    )
    classes = torch.cat(
        [labels, torch.arange(num_classes, device=labels.device)]
    )
    rows = torch.arange(len(features), device=labels.device)[anchors]
    # not in half precision: cosines are divided by a small temperature
    with torch.autocast(features.device.type, enabled=False):
        scores = candidates[rows] @ candidates.T
    scores = scores / temperature
    itself = rows[:, None] == torch.arange(
        len(candidates), device=labels.device
    )
    positive = (classes[rows][:, None] == classes) & ~itself
    counts = torch.bincount(classes, minlength=num_classes).to(dtype)
    weights = (counts[classes] - positive.to(dtype)).log()
    masked = (scores - weights).masked_fill(itself, float('-inf'))
    own = (scores * positive).sum(1) / positive.sum(1)
    return masked.logsumexp(1) - own
