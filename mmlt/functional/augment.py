"""Augmentation of a batch of images, with its own parameters per image."""

import torch
import torch.nn.functional as F
from torch import Tensor


def crop_batch(
    images: Tensor, top: Tensor, left: Tensor, size: int, padding: int = 0
) -> Tensor:
    """Cut a square out of every image, at its own place.

    Convention: the images are first padded with ``padding`` zeros on each
    side; ``top`` and ``left`` count from the corner of the padded image.

    Args:
        images: (N, C, H, W), any dtype.
        top: (N,) int64 in [0, H + 2 padding - size].
        left: (N,) int64 in [0, W + 2 padding - size].
        size: Side of the squares.
        padding: Zeros on each side.

    Returns:
        (N, C, size, size), dtype and device of ``images``.

    Raises:
        ValueError: If the square is larger than the padded image.
    """
    if size > min(images.shape[-2:]) + 2 * padding:
        raise ValueError(
            f'Expected `size` <= {min(images.shape[-2:]) + 2 * padding}, the '
            f'side of the padded images, but got {size}.'
        )
    if padding:
        images = F.pad(images, [padding] * 4)
    # a view of all squares that there are; indexing copies one per image
    squares = images.permute(0, 2, 3, 1).unfold(1, size, 1).unfold(2, size, 1)
    return squares[torch.arange(len(images), device=top.device), top, left]


def flip_batch(images: Tensor, flip: Tensor) -> Tensor:
    """Mirror some images left to right.

    Args:
        images: (N, C, H, W).
        flip: (N,) bool.

    Returns:
        As ``images``.
    """
    return torch.where(flip[:, None, None, None], images.flip(3), images)
