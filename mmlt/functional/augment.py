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
    images = images.permute(0, 2, 3, 1).contiguous()
    num, height, width, channels = images.shape
    # A view of every run of `size` pixels that there is, at each pixel;
    # one selection then copies whole rows of the squares.
    runs = images.as_strided(
        (num * height * width - size + 1, size * channels), (channels, 1)
    )
    row = torch.arange(num, device=top.device) * height + top
    row = row[:, None] + torch.arange(size, device=top.device)
    start = row * width + left[:, None]
    squares = runs.index_select(0, start.flatten())
    return squares.view(num, size, size, channels).permute(0, 3, 1, 2)


def flip_batch(images: Tensor, flip: Tensor) -> Tensor:
    """Mirror some images left to right.

    Args:
        images: (N, C, H, W).
        flip: (N,) bool.

    Returns:
        As ``images``.
    """
    # both versions side by side, and one of each pair copied whole: a choice
    # pixel by pixel takes four times as long on a CPU
    both = torch.cat([images, images.flip(3)]).permute(0, 2, 3, 1)
    num = len(images)
    index = torch.arange(num, device=flip.device) + num * flip
    chosen = both.reshape(2 * num, -1).index_select(0, index)
    return chosen.view(num, *both.shape[1:]).permute(0, 3, 1, 2)


def normalize_batch(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Subtract the mean of each channel, and divide by its deviation.

    Args:
        images: (N, C, H, W), any dtype.
        mean: (C,) or (C, 1, 1) float32, in the units of ``images``.
        std: As ``mean``.

    Returns:
        (N, C, H, W) float32 in channels-last memory: bit by bit
        ``(images.float() - mean) / std``.
    """
    if images.is_floating_point():
        images = images.float()
    pixels = images.permute(0, 2, 3, 1).contiguous()
    num, height, width, channels = pixels.shape
    # rows of W C numbers, so that the inner loop is long
    rows = pixels.view(num, height, width * channels)
    rows = torch.sub(rows, mean.flatten().repeat(width))
    rows.div_(std.flatten().repeat(width))
    return rows.view(pixels.shape).permute(0, 3, 1, 2)
