"""Where an image is cropped, in training by epoch, and at test five times."""

import math

import torch
from torch import Tensor

from .checks import at_least_float32, check_integer, check_real

__all__ = [
    'five_crop_corners',
    'mean_logit_scores',
    'minimalist_crop_share',
    'square_crop_sides',
]


def minimalist_crop_share(
    epoch: int, max_epochs: int, smallest: float = 0.08
) -> float:
    r"""Least share of the image area that a training crop has, by epoch.

    m + (1 - m) (1 - sqrt(1 - t^2)), t = epoch / (E - 1): from ``smallest`` in
    the first epoch to the whole image in the last.

    Args:
        epoch: Counted from 0, below ``max_epochs``.
        max_epochs: E >= 1; of a single epoch it is ``smallest``.
        smallest: m in (0, 1].

    Returns:
        In [m, 1].

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> [round(minimalist_crop_share(e, 5), 3) for e in range(5)]
        [0.08, 0.109, 0.203, 0.391, 1.0]

    Source:
        Shi et al. (LIFT+), 2025, https://arxiv.org/abs/2504.13282;
        https://github.com/shijxcs/LIFT-plus/blob/2e73e6074e78639ceaa56a639d73c4318bbaecbd/utils/transforms.py
    """
    check_integer('max_epochs', max_epochs, 1, 'It is of the training.')
    check_integer('epoch', epoch, 0, 'It counts from 0.')
    hint = 'It is a share of the area; LIFT+ has 0.08.'
    check_real('smallest', smallest, 0, hint, high=1, above=True)
    if epoch >= max_epochs:
        raise ValueError(
            f'Expected `epoch` to be below {max_epochs}, but got {epoch}. '
            'It counts from 0.'
        )
    t = epoch / max(max_epochs - 1, 1)
    return smallest + (1 - smallest) * (1 - math.sqrt(1 - t * t))


def square_crop_sides(
    height: int, width: int, smallest: float
) -> tuple[float, float]:
    r"""Least and largest side of a square crop of an image, in pixels.

    The area is a share in [``smallest``, 1] of that of the image, and no
    larger than the largest square in it. Sides are the roots of the areas.

    Args:
        height: Of the image, >= 1.
        width: Of the image, >= 1.
        smallest: Least share, in (0, 1].

    Returns:
        Both, before rounding.

    Examples:
        >>> square_crop_sides(100, 400, 0.16)
        (80.0, 100.0)
        >>> square_crop_sides(100, 400, 0.5)
        (100.0, 100.0)

    Source:
        As :func:`minimalist_crop_share`.
    """
    largest = min(height, width)
    least = math.sqrt(height * width * smallest)
    return min(least, float(largest)), float(largest)


def five_crop_corners(
    height: int, width: int, size: int
) -> list[tuple[int, int]]:
    """Upper left corners of five square crops: four in the corners, a center.

    Args:
        height: Of the image.
        width: Of the image.
        size: Side of a crop, no larger than the image.

    Returns:
        (top, left) of the crops: upper left, upper right, lower left, lower
        right, center.

    Raises:
        ValueError: If the image is smaller than a crop.

    Examples:
        >>> five_crop_corners(10, 8, 6)
        [(0, 0), (0, 2), (4, 0), (4, 2), (2, 1)]

    Source:
        torchvision's ``five_crop``,
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.FiveCrop.html
    """
    check_integer('size', size, 1, 'It is the side of the crops.')
    if min(height, width) < size:
        raise ValueError(
            f'Expected an image of at least {size} x {size} pixels for crops '
            f'of that size, but got {height} x {width}. Make the crops '
            'smaller, or the image larger.'
        )
    down, right = height - size, width - size
    center = round(down / 2), round(right / 2)
    return [(0, 0), (0, right), (down, 0), (down, right), center]


def mean_logit_scores(scores: Tensor) -> Tensor:
    r"""Softmax of the mean of logits, from the softmax of each.

    The mean of log p_k differs from that of the logits z_k by one number per
    image, which the softmax takes out.

    Args:
        scores: (K, N, C), K softmaxes of N images.

    Returns:
        (N, C) in at least float32; rows sum to 1. A score of 0 counts as the
        smallest normal number.

    Examples:
        >>> scores = torch.tensor([[[0.8, 0.2]], [[0.2, 0.8]]])
        >>> mean_logit_scores(scores)
        tensor([[0.5000, 0.5000]])

    Source:
        Ours, by the definition of the softmax.
    """
    scores = at_least_float32(scores)
    least = torch.finfo(scores.dtype).tiny
    return scores.clamp(min=least).log().mean(0).softmax(1)
