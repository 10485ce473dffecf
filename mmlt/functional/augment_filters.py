"""Filters of a batch of images: edges, detail, smoothing and blur."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .augment import blend_batch

__all__ = [
    'blur_batch',
    'detail_batch',
    'edge_enhance_batch',
    'sharpness_batch',
    'smooth_batch',
]

# the taps on each side of a blur: three standard deviations of two pixels
BLUR_RADIUS = 6


def _filtered(
    images: Tensor, center: float, side: float, corner: float
) -> Tensor:
    """A symmetric 3x3 filter of weights of sum 1; the border stays as it is.

    Rounded and cut to [0, 255], as Pillow's ``ImageFilter.Kernel``. Halves
    of sixths go up or down as its sums in float32 happen to fall.
    """
    if min(images.shape[2:]) < 3:
        return images
    kernel = torch.full((3, 3), corner, device=images.device)
    kernel[1] = kernel[:, 1] = side
    kernel[1, 1] = center
    num_channels = images.shape[1]
    kernel = kernel.expand(num_channels, 1, 3, 3)
    inner = F.conv2d(images.float(), kernel, groups=num_channels)
    result = images.clone()
    result[:, :, 1:-1, 1:-1] = (inner + 0.5).clamp(0, 255).to(torch.uint8)
    return result


def smooth_batch(images: Tensor) -> Tensor:
    """Mean of a pixel, five times, and its eight neighbors.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        As ``images``.

    Source:
        ``SMOOTH`` of
        https://pillow.readthedocs.io/en/stable/reference/ImageFilter.html
    """
    return _filtered(images, 5 / 13, 1 / 13, 1 / 13)


def edge_enhance_batch(images: Tensor) -> Tensor:
    """Five times a pixel minus half of each of its eight neighbors.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        As ``images``.

    Source:
        ``EDGE_ENHANCE`` of
        https://pillow.readthedocs.io/en/stable/reference/ImageFilter.html
    """
    return _filtered(images, 10 / 2, -1 / 2, -1 / 2)


def detail_batch(images: Tensor) -> Tensor:
    """Ten sixths of a pixel minus a sixth of its four nearest neighbors.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        As ``images``.

    Source:
        ``DETAIL`` of
        https://pillow.readthedocs.io/en/stable/reference/ImageFilter.html
    """
    return _filtered(images, 10 / 6, -1 / 6, 0.0)


def sharpness_batch(images: Tensor, factors: Tensor) -> Tensor:
    """Mix with the smoothed image: 0 is smooth, 1 the image.

    Args:
        images: (N, C, H, W) uint8.
        factors: (N,) >= 0.

    Returns:
        As ``images``.

    Source:
        https://pillow.readthedocs.io/en/stable/reference/ImageEnhance.html#PIL.ImageEnhance.Sharpness
    """
    return blend_batch(smooth_batch(images), images, factors)


def blur_batch(images: Tensor, deviations: Tensor) -> Tensor:
    """Gaussian blur of every image, each with its own width.

    Convention: the border is continued by its own pixels; rounded.

    Args:
        images: (N, C, H, W) uint8.
        deviations: (N,) standard deviation in pixels, in [0, 2]; 0 changes
            nothing.

    Returns:
        As ``images``.

    Source:
        The Gaussian itself; Pillow's ``GaussianBlur`` approximates it by
        boxes:
        https://pillow.readthedocs.io/en/stable/reference/ImageFilter.html#PIL.ImageFilter.GaussianBlur
    """
    num, channels, height, width = images.shape
    places = torch.arange(
        -BLUR_RADIUS, BLUR_RADIUS + 1, device=images.device
    ).double()
    # at no width the center alone is left
    widths = deviations.double().clamp(min=1e-3)[:, None]
    taps = torch.exp(-((places / widths) ** 2) / 2)
    taps = (taps / taps.sum(1, keepdim=True)).float()
    taps = taps.repeat_interleave(channels, dim=0)
    groups = num * channels
    pixels = images.float().reshape(1, groups, height, width)
    pixels = F.pad(pixels, [BLUR_RADIUS] * 4, mode='replicate')
    pixels = F.conv2d(pixels, taps[:, None, None, :], groups=groups)
    pixels = F.conv2d(pixels, taps[:, None, :, None], groups=groups)
    blurred = pixels.round().clamp(0, 255).to(torch.uint8)
    return blurred.view(images.shape)
