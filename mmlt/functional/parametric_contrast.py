"""Parametric contrast (PaCo, GPaCo): classes are candidates beside keys."""

import math

import torch
from torch import Tensor

from .checks import at_least_float32, check_real
from .unit_vectors import unit_vectors

__all__ = ['parametric_contrastive_loss']


def parametric_contrastive_loss(
    features: Tensor,
    labels: Tensor,
    class_scores: Tensor,
    queue: Tensor,
    queue_labels: Tensor,
    alpha: float = 0.05,
    beta: float = 1.0,
    gamma: float = 1.0,
    temperature: float = 0.2,
    smoothing: float = 0.0,
    anchors: slice = slice(None),
) -> Tensor:
    r"""Contrast of a feature with other features and with its own class.

    The candidates j of anchor i are the C classes, of score z_c, and the
    keys: the other features of the batch and the queue, of score f_i.f_j / T.
    With weight w_j = ``beta`` for the own class, ``alpha`` for a key of the
    same class and 0 for the rest,

    $$L_i = -\frac{1}{\sum_j w_j} \sum_j w_j \left[ s_{ij} - \log \left(
    \sum_c e^{z_{ic}} + \gamma \sum_{k \ne i} e^{f_i \cdot f_k / T} \right)
    \right].$$

    Args:
        features: (M, D), divided by their length first; gradients flow to
            anchors and candidates.
        labels: (M,) integers in [0, C).
        class_scores: (A, C) of the anchors: logits, with the logarithm of
            the prior on them and divided by a temperature of their own where
            there are such.
        queue: (K, D) older features; no gradient flows to them.
        queue_labels: (K,) integers; -1 where a place is empty, which is then
            no candidate.
        alpha: Weight of a key of the same class, >= 0.
        beta: Weight of the own class, > 0.
        gamma: Factor on the exponentials of the keys, > 0.
        temperature: T > 0, dimensionless.
        smoothing: Share of ``beta`` that the other classes get together, in
            [0, 1].
        anchors: Which of the features are anchors i: those of this process
            where ``features`` are of all. Every one is a candidate.

    Returns:
        (A,) of the A anchors, in at least float32.

    Raises:
        ValueError: If a setting is out of range.

    Examples:
        >>> features = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> scores = torch.tensor([[2.0, 0.0], [0.0, 2.0]])
        >>> none = torch.zeros(0, 2), torch.zeros(0, dtype=torch.long)
        >>> parametric_contrastive_loss(
        ...     features, torch.tensor([0, 1]), scores, *none
        ... )
        tensor([0.2395, 0.2395])

    Source:
        Cui et al. (PaCo), ICCV 2021, https://arxiv.org/abs/2107.12028;
        (GPaCo), TPAMI 2023, https://arxiv.org/abs/2209.12400;
        https://github.com/dvlab-research/Parametric-Contrastive-Learning/blob/fe56535ecd716e56a72e75c4e818f2059e557584/GPaCo/LT/losses.py#L26-L78
    """
    check_settings(alpha, beta, gamma, temperature, smoothing)
    dtype = torch.promote_types(
        at_least_float32(features).dtype, at_least_float32(class_scores).dtype
    )
    own = unit_vectors(features, dtype=dtype)
    older = unit_vectors(queue.detach(), dtype=dtype)
    rows = torch.arange(len(features), device=features.device)
    # not in half precision: cosines are divided by a small temperature
    with torch.autocast(features.device.type, enabled=False):
        scores = own[anchors] @ torch.cat([own, older]).T / temperature
    key_labels = torch.cat([labels, queue_labels])
    is_key = torch.cat(
        [
            rows[anchors][:, None] != rows,
            (queue_labels >= 0).expand(len(scores), -1),
        ],
        dim=1,
    )
    mine = labels[anchors]
    same = is_key & (key_labels == mine[:, None])
    classes = class_scores.to(dtype)
    candidates = torch.cat(
        [classes, scores.masked_fill(~is_key, -math.inf) + math.log(gamma)],
        dim=1,
    )
    num_same = same.sum(1).to(dtype)
    pulled = beta * _of_classes(classes, mine, smoothing)
    pulled = pulled + alpha * (scores * same).sum(1)
    return candidates.logsumexp(1) - pulled / (beta + alpha * num_same)


def _of_classes(scores: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Smoothed score (A,) of the own class."""
    true = scores.gather(1, labels[:, None])[:, 0]
    if not smoothing:
        return true
    others = (scores.sum(1) - true) / max(scores.shape[1] - 1, 1)
    return (1 - smoothing) * true + smoothing * others


def check_settings(
    alpha: float,
    beta: float,
    gamma: float,
    temperature: float,
    smoothing: float,
) -> None:
    """Check the settings of the contrast.

    Raises:
        ValueError: If one is out of range.
    """
    check_real('alpha', alpha, 0, 'The usual one is 0.05.')
    check_real('beta', beta, 0, 'The published one is 1.', above=True)
    check_real('gamma', gamma, 0, 'The published one is 1.', above=True)
    check_real(
        'temperature', temperature, 0, 'The usual one is 0.2.', above=True
    )
    check_real('smoothing', smoothing, 0, 'The usual one is 0.', high=1)
