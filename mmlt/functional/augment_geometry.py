"""Rotation and cutout of a batch of images, each with its own parameters."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ['cutout_batch', 'rotate_batch']


def rotate_batch(images: Tensor, angles: Tensor) -> Tensor:
    """Rotate every image about its center, by its own angle.

    Convention: counter-clockwise in degrees; the nearest pixel; black where
    nothing was; the size stays. Pixel for pixel what torchvision's
    ``rotate`` makes of tensors.

    Args:
        images: (N, C, H, W), any dtype.
        angles: (N,) floating point, degrees.

    Returns:
        As ``images``.

    Source:
        torchvision's RandomRotation with the nearest pixel:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomRotation.html
    """
    num, _, height, width = images.shape
    radians = torch.deg2rad(angles.double())
    cos, sin = radians.cos(), radians.sin()
    # from a pixel of the result to the one it comes from
    back = torch.stack([cos, sin, -sin, cos], dim=1).view(num, 2, 2)
    half = torch.tensor([width, height], device=images.device) / 2
    back = back.float() / half
    x = torch.arange(width, device=images.device) + 0.5 - width / 2
    y = torch.arange(height, device=images.device) + 0.5 - height / 2
    places = torch.stack(torch.meshgrid(x, y, indexing='xy'), dim=-1)
    grid = places.view(1, -1, 2).expand(num, -1, -1) @ back
    rotated = F.grid_sample(
        images.float(),
        grid.view(num, height, width, 2),
        mode='nearest',
        padding_mode='zeros',
        align_corners=False,
    )
    return rotated.to(images.dtype)


def cutout_batch(
    images: Tensor, top: Tensor, left: Tensor, size: int
) -> Tensor:
    """Blacken a square of every image, at its own place.

    Args:
        images: (N, C, H, W), any dtype.
        top: (N,) int64, first row of the square; may be negative.
        left: (N,) int64, first column.
        size: Side of the squares, >= 0. What is outside the image is lost.

    Returns:
        As ``images``.

    Source:
        DeVries and Taylor, 2017, https://arxiv.org/abs/1708.04552
    """

    def inside(first: Tensor, side: int) -> Tensor:
        place = torch.arange(side, device=images.device)
        first = first[:, None]
        return (place >= first) & (place < first + size)

    rows, columns = (
        inside(top, images.shape[2]),
        inside(left, images.shape[3]),
    )
    square = rows[:, None, :, None] & columns[:, None, None, :]
    return images.masked_fill(square, 0)
