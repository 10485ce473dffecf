"""Resized crops and changes of hue of a batch, each with its own parameters.

They make the views of contrastive methods from whole batches.
"""

import math

import torch
from torch import Tensor

__all__ = [
    'color_jitter_batch',
    'crop_boxes',
    'hue_batch',
    'resized_crop_batch',
]

# of red, green and blue in the luma, ITU-R 601-2
LUMA = (0.299, 0.587, 0.114)


def crop_boxes(
    draws: Tensor,
    height: int,
    width: int,
    scale: tuple[float, float] = (0.08, 1.0),
    ratio: tuple[float, float] = (3 / 4, 4 / 3),
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Boxes of a random share of the area and a random aspect ratio.

    The first of the tries that fits inside the image counts; if none does,
    the largest centered box whose aspect ratio is allowed.

    Args:
        draws: (N, K, 4) uniform in [0, 1): of K tries, the area, the
            logarithm of the aspect ratio, and the place (top, left).
        height: Of the images, >= 1.
        width: Of the images, >= 1.
        scale: Least and greatest share of the area, in (0, 1].
        ratio: Least and greatest width over height, > 0.

    Returns:
        top, left, heights and widths, each (N,) int64.

    Examples:
        >>> draws = torch.tensor([[[0.5, 0.5, 0.0, 0.99]]])
        >>> crop_boxes(draws, 32, 32)
        (tensor([0]), tensor([8]), tensor([24]), tensor([24]))

    Source:
        torchvision's RandomResizedCrop:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html
    """
    draws = draws.double()
    area = height * width * (scale[0] + (scale[1] - scale[0]) * draws[..., 0])
    low, high = math.log(ratio[0]), math.log(ratio[1])
    aspect = (low + (high - low) * draws[..., 1]).exp()
    w = (area * aspect).sqrt().round().long()
    h = (area / aspect).sqrt().round().long()
    fits = (w >= 1) & (w <= width) & (h >= 1) & (h <= height)
    # the first that fits; 0 where none does
    first = fits.int().argmax(1, keepdim=True)
    some = fits.any(1)
    h, w = h.gather(1, first)[:, 0], w.gather(1, first)[:, 0]
    place = draws.gather(1, first[..., None].expand(-1, 1, 4))[:, 0, 2:]
    top = (place[:, 0] * (height - h + 1)).long()
    left = (place[:, 1] * (width - w + 1)).long()
    whole_h, whole_w = _largest_box(height, width, ratio)
    return (
        top.masked_fill(~some, (height - whole_h) // 2),
        left.masked_fill(~some, (width - whole_w) // 2),
        h.masked_fill(~some, whole_h),
        w.masked_fill(~some, whole_w),
    )


def _largest_box(
    height: int, width: int, ratio: tuple[float, float]
) -> tuple[int, int]:
    """Height and width of the largest box of an allowed aspect ratio."""
    if width < ratio[0] * height:
        return round(width / ratio[0]), width
    if width > ratio[1] * height:
        return height, round(height * ratio[1])
    return height, width


def resized_crop_batch(
    images: Tensor,
    top: Tensor,
    left: Tensor,
    heights: Tensor,
    widths: Tensor,
    size: int,
) -> Tensor:
    """Cut a box out of every image and stretch it to a square.

    Convention: bilinear, pixels are areas (``align_corners=False``), and no
    pixel outside the box counts; rounded to the nearest gray level. What
    torchvision's ``resized_crop`` makes of tensors, up to one gray level
    where a value is near a half. A box larger than the square is not
    smoothed first.

    Args:
        images: (N, C, H, W) uint8.
        top: (N,) int64, of the box.
        left: As ``top``.
        heights: As ``top``, >= 1.
        widths: As ``top``, >= 1.
        size: Side S of the squares.

    Returns:
        (N, C, S, S) uint8.

    Examples:
        >>> images = torch.arange(16, dtype=torch.uint8).view(1, 1, 4, 4)
        >>> box = [torch.tensor([n]) for n in (1, 1, 2, 2)]
        >>> resized_crop_batch(images, *box, 2)
        tensor([[[[ 5,  6],
                  [ 9, 10]]]], dtype=torch.uint8)

    Source:
        torchvision's resized_crop:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.resized_crop.html
    """
    rows = _weights(top, heights, size, images.shape[2])
    columns = _weights(left, widths, size, images.shape[3])
    with torch.autocast(images.device.type, enabled=False):
        squares = rows[:, None] @ images.float() @ columns.mT[:, None]
    return squares.round_().clamp_(0, 255).to(torch.uint8)


def _weights(first: Tensor, length: Tensor, size: int, total: int) -> Tensor:
    """Shares of the pixels of a side in those of the result, (N, S, total)."""
    step = (length / size)[:, None]
    place = (torch.arange(size, device=first.device) + 0.5) * step - 0.5
    # no pixel outside the box
    place = place.clamp(min=0).minimum((length - 1)[:, None]) + first[:, None]
    pixels = torch.arange(total, device=first.device)
    return (1 - (place[:, :, None] - pixels).abs()).clamp_(min=0)


def color_jitter_batch(
    images: Tensor, changes: Tensor, order: Tensor
) -> Tensor:
    """Change brightness, contrast, saturation and hue of every image.

    Convention: computed in float32 and cut to [0, 255] after each change, but
    rounded to gray levels once, at the end.

    Args:
        images: (N, 3, H, W) uint8, RGB.
        changes: (N, 4) floating point: factors >= 0 of brightness, contrast
            and saturation, where 1 leaves the image alone, and the share of
            the color circle by which the hue turns, where 0 does.
        order: (N, 4) int64, in which order each image gets the four: a
            permutation of 0 (brightness) to 3 (hue).

    Returns:
        As ``images``.

    Examples:
        >>> red = torch.tensor([200, 0, 0], dtype=torch.uint8)
        >>> changes = torch.tensor([[0.5, 1.0, 1.0, 1 / 3]])
        >>> order = torch.tensor([[0, 1, 2, 3]])
        >>> color_jitter_batch(red.view(1, 3, 1, 1), changes, order).flatten()
        tensor([  0, 100,   0], dtype=torch.uint8)

    Source:
        torchvision's ColorJitter:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html
    """
    found = images.float()
    changes = changes.to(found)
    for step in range(4):
        kind = order[:, step, None, None, None]
        size = changes.gather(1, order[:, step, None])[:, :, None, None]
        size = torch.where(kind == 3, 1, size)
        luma = (found * found.new_tensor(LUMA)[:, None, None]).sum(1, True)
        mean = luma.mean((2, 3), keepdim=True)
        # brightness mixes with black, contrast with a plane, saturation with
        # the gray image
        plain = luma.where(kind == 2, mean * (kind == 1))
        found = torch.lerp(plain, found, size).clamp_(0, 255)
        turned = (order[:, step] == 3).nonzero().flatten()
        found[turned] = _turn_hue(found[turned], changes[turned, 3])
    return found.round_().to(torch.uint8)


def hue_batch(images: Tensor, shifts: Tensor) -> Tensor:
    """Turn the hue of every image, its own way around the color circle.

    Args:
        images: (N, 3, H, W) uint8, RGB.
        shifts: (N,) floating point; 1 is once around.

    Returns:
        As ``images``, rounded to the nearest gray level.

    Examples:
        >>> red = torch.tensor([200, 0, 0], dtype=torch.uint8)
        >>> hue_batch(red.view(1, 3, 1, 1), torch.tensor([1 / 3])).flatten()
        tensor([  0, 200,   0], dtype=torch.uint8)

    Source:
        torchvision's adjust_hue:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_hue.html
    """
    return _turn_hue(images.float(), shifts).round_().to(torch.uint8)


def _turn_hue(rgb: Tensor, shifts: Tensor) -> Tensor:
    """Turn the hue of float32 images, in the hexcone of HSV."""
    value = rgb.amax(1, keepdim=True)
    chroma = value - rgb.amin(1, keepdim=True)
    red, green, blue = rgb.split(1, dim=1)
    safe = chroma.clamp(min=1e-3)
    # the hue in sixths of the circle
    hue = torch.where(
        value == red,
        (green - blue) / safe,
        torch.where(
            value == green,
            2 + (blue - red) / safe,
            4 + (red - green) / safe,
        ),
    )
    hue = hue + 6 * shifts.to(hue)[:, None, None, None]
    # red, green and blue fall by the chroma where their own hue is far
    k = hue + hue.new_tensor([5.0, 3.0, 1.0])[:, None, None]
    k = k.remainder_(6)
    return value - chroma * torch.minimum(k, 4 - k).clamp_(0, 1)
