"""LADE: label distributions disentangled from the logits of a classifier."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32
from .label_indices import class_indices
from .losses import PerClass, per_class

__all__ = ['lade_regularizer']


def lade_regularizer(
    logits: Tensor, labels: Tensor, counts: PerClass, strength: float = 0.1
) -> Tensor:
    r"""Negative bound on how far logits tell a class from a balanced batch.

    With m_c the mean of z_ic over the images of class c, and d_c = log mean_i
    exp(z_ic - log(C pi_c)) over the batch, weighed from the prior pi to a
    uniform one, it is -sum_c pi_c (m_c - d_c - strength d_c^2).

    It is the regularized Donsker-Varadhan bound of each class; where a class
    is not in the batch its mean is 0.

    Convention:
        - one number for the batch: d_c joins the images, and the mean of two
          halves of a batch is another number.
        - a soft label takes part in the mean of each class by its share.

    Args:
        logits: (N, C).
        labels: (N,) indices or (N, C) soft labels.
        counts: (C,) training images or the prior, > 0 (not checked).
        strength: lambda >= 0 of the square, which keeps d_c near 0.

    Returns:
        A scalar in at least float32.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> lade_regularizer(logits, labels, [100, 10, 1], strength=0.1)
        tensor(-1.1367)

    Source:
        Hong et al. (LADE), CVPR 2021, https://arxiv.org/abs/2012.00321;
        https://github.com/hyperconnect/LADE/blob/150181e447e714475e433e532b09990e920e1a1b/loss/LADELoss.py#L25-L55
    """
    logits = at_least_float32(logits)
    num_samples, num_classes = logits.shape
    counts = per_class(counts, logits, torch.float64)
    prior = counts / counts.sum()
    weigh = (prior * num_classes).log().to(logits.dtype)
    log_mean = (logits - weigh).logsumexp(0) - math.log(num_samples)
    shares = _shares(labels, logits)
    # a class that is not in the batch: 0 over at least one
    images = shares.sum(0)
    images = images.where(images > 0, torch.ones_like(images))
    own = (logits * shares).sum(0) / images
    bound = own - log_mean - strength * log_mean**2
    return -(prior.to(logits.dtype) * bound).sum()


def _shares(labels: Tensor, logits: Tensor) -> Tensor:
    """(N, C) labels, one-hot where they are indices."""
    if labels.dim() == 1:
        labels = F.one_hot(class_indices(labels), logits.shape[1])
    return labels.to(logits.dtype)
