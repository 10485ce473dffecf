"""Changes of the tones of a batch of images, pixel for pixel as Pillow's."""

import torch
from torch import Tensor

from .augment import blend_batch, gray_batch

__all__ = [
    'autocontrast_batch',
    'brightness_batch',
    'contrast_batch',
    'equalize_batch',
    'invert_batch',
    'posterize_batch',
    'saturation_batch',
    'solarize_add_batch',
    'solarize_batch',
]


def autocontrast_batch(images: Tensor) -> Tensor:
    """Stretch each channel of an image from 0 to 255.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        As ``images``; a channel of one value stays.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageOps.html#PIL.ImageOps.autocontrast
    """
    low = images.amin((2, 3), keepdim=True).double()
    high = images.amax((2, 3), keepdim=True).double()
    scale = 255.0 / (high - low)
    # truncated after scale and offset, as Pillow's table is made
    stretched = (images.double() * scale - low * scale).clamp(0, 255)
    return torch.where(high > low, stretched.to(torch.uint8), images)


def equalize_batch(images: Tensor) -> Tensor:
    """Make the histogram of each channel of an image as flat as it can be.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        As ``images``; a channel with too few pixels below its highest value
        stays.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageOps.html#PIL.ImageOps.equalize
    """
    pixels = images.flatten(2).long()
    counts = pixels.new_zeros(*pixels.shape[:2], 256)
    counts.scatter_add_(2, pixels, torch.ones_like(pixels))
    highest = pixels.amax(2, keepdim=True)
    step = (pixels.shape[2] - counts.gather(2, highest)) // 255
    below = counts.cumsum(2) - counts
    table = (step // 2 + below) // step.clamp(min=1)
    table = table.clamp(0, 255)
    equal = table.gather(2, pixels).view(images.shape).to(torch.uint8)
    return torch.where((step == 0)[..., None], images, equal)


def invert_batch(images: Tensor) -> Tensor:
    """255 minus every value.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        As ``images``.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageOps.html#PIL.ImageOps.invert
    """
    return 255 - images


def posterize_batch(images: Tensor, bits: Tensor) -> Tensor:
    """Keep the highest bits of every value.

    Args:
        images: (N, C, H, W) uint8.
        bits: (N,), truncated to whole numbers, and at least 1.

    Returns:
        As ``images``.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageOps.html#PIL.ImageOps.posterize
    """
    dropped = 8 - bits.long().clamp(1, 8)
    step = (2**dropped)[:, None, None, None]
    kept = images.long().div(step, rounding_mode='floor') * step
    return kept.to(torch.uint8)


def solarize_batch(images: Tensor, thresholds: Tensor) -> Tensor:
    """Invert every value that is not below a threshold.

    Args:
        images: (N, C, H, W) uint8.
        thresholds: (N,).

    Returns:
        As ``images``.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageOps.html#PIL.ImageOps.solarize
    """
    below = images < thresholds[:, None, None, None]
    return torch.where(below, images, 255 - images)


def solarize_add_batch(images: Tensor, added: Tensor) -> Tensor:
    """Add to every value, and invert what is then not below 128.

    Args:
        images: (N, C, H, W) uint8.
        added: (N,). Sums are cut to [0, 255] and truncated.

    Returns:
        As ``images``.

    Source:
        Cubuk et al. (RandAugment), 2020, https://arxiv.org/abs/1909.13719
    """
    sums = (images + added[:, None, None, None]).clamp(0, 255).to(torch.uint8)
    return torch.where(sums < 128, sums, 255 - sums)


def saturation_batch(images: Tensor, factors: Tensor) -> Tensor:
    """Mix with the luma: 0 is gray, 1 the image.

    Args:
        images: (N, 3, H, W) uint8, RGB.
        factors: (N,) >= 0.

    Returns:
        As ``images``.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageEnhance.html#PIL.ImageEnhance.Color
    """
    return blend_batch(gray_batch(images), images, factors)


def contrast_batch(images: Tensor, factors: Tensor) -> Tensor:
    """Mix with a plane of the mean luma: 0 is that plane, 1 the image.

    Args:
        images: (N, 3, H, W) uint8, RGB.
        factors: (N,) >= 0.

    Returns:
        As ``images``.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageEnhance.html#PIL.ImageEnhance.Contrast
    """
    luma = gray_batch(images).double().mean((2, 3), keepdim=True)
    return blend_batch(luma.add(0.5).to(torch.uint8), images, factors)


def brightness_batch(images: Tensor, factors: Tensor) -> Tensor:
    """Mix with black: 0 is black, 1 the image.

    Args:
        images: (N, C, H, W) uint8.
        factors: (N,) >= 0.

    Returns:
        As ``images``.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageEnhance.html#PIL.ImageEnhance.Brightness
    """
    return blend_batch(images.new_zeros(1), images, factors)
