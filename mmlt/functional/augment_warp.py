"""Shears, shifts and enlargements of a batch of images."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ['enlarge_batch', 'shear_batch', 'shift_batch']


def _looked_up(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Pixels at (N, H, W) places, black outside.

    A place counts from the corner of the image; the pixel is the one that it
    lies in.
    """
    height, width = images.shape[2:]
    x, y = x.floor().long(), y.floor().long()
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    places = (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)).flatten(
        1
    )
    pixels = images.flatten(2)
    found = pixels.gather(2, places[:, None].expand(-1, pixels.shape[1], -1))
    return found.view(images.shape) * inside[:, None].to(images.dtype)


def _centers(images: Tensor) -> tuple[Tensor, Tensor]:
    """Centers of the pixels: x (1, 1, W) and y (1, H, 1)."""
    height, width = images.shape[2:]
    x = torch.arange(width, device=images.device).double() + 0.5
    y = torch.arange(height, device=images.device).double() + 0.5
    return x.view(1, 1, -1), y.view(1, -1, 1)


def _fixed(values: Tensor) -> Tensor:
    """Rounded to multiples of 2**-16, as Pillow computes with slopes."""
    return (values * 65536 + 0.5).floor() / 65536


def shear_batch(
    images: Tensor, along_x: Tensor, along_y: Tensor | None = None
) -> Tensor:
    """Shear every image about its top left corner.

    Convention: a pixel at (x, y) of the result comes from (x + a y, y + b x);
    the nearest pixel, black outside.

    Args:
        images: (N, C, H, W), any dtype.
        along_x: (N,) a, dimensionless.
        along_y: (N,) b; None: 0.

    Returns:
        As ``images``.

    Source:
        ``Image.Transform.AFFINE`` of
        https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.transform
    """
    x, y = _centers(images)
    a = along_x.double()[:, None, None]
    b = torch.zeros_like(a)
    if along_y is not None:
        b = along_y.double()[:, None, None]
    return _looked_up(
        images,
        x + _fixed(a / 2) + _fixed(a) * (y - 0.5),
        y + _fixed(b / 2) + _fixed(b) * (x - 0.5),
    )


def shift_batch(images: Tensor, left: Tensor, up: Tensor) -> Tensor:
    """Shift every image.

    Convention: a pixel at (x, y) of the result comes from (x + left, y + up);
    the nearest pixel, black outside.

    Args:
        images: (N, C, H, W), any dtype.
        left: (N,) pixels, of either sign.
        up: (N,) pixels.

    Returns:
        As ``images``.

    Source:
        ``Image.Transform.AFFINE`` of
        https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.transform
    """
    x, y = _centers(images)
    left = left.double()[:, None, None]
    up = up.double()[:, None, None]
    height, width = images.shape[2:]
    num = len(images)
    return _looked_up(
        images,
        (x + left).expand(num, height, width),
        (y + up).expand(num, height, width),
    )


def enlarge_batch(images: Tensor, factors: Tensor) -> Tensor:
    """Enlarge every image, and keep its center at the size it had.

    Convention: bilinear between pixels, rounded; the enlarged size is
    truncated to whole pixels.

    Args:
        images: (N, C, H, W) uint8.
        factors: (N,) >= 1.

    Returns:
        As ``images``.

    Source:
        A resize and a central crop; bilinear:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
    """
    x, y = _centers(images)
    grid = []
    for place, side in ((x, images.shape[3]), (y, images.shape[2])):
        size = (factors.double() * side).floor()[:, None, None]
        first = (size / 2).floor() - side // 2
        grid.append(2 * (place + first) / size - 1)
    num, _, height, width = images.shape
    places = torch.stack([g.expand(num, height, width) for g in grid], dim=-1)
    enlarged = F.grid_sample(
        images.float(),
        places.float(),
        mode='bilinear',
        padding_mode='border',
        align_corners=False,
    )
    return enlarged.round().clamp(0, 255).to(images.dtype)
