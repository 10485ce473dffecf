"""Augmentation of a batch of images, with its own parameters per image."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = [
    'blend_batch',
    'crop_batch',
    'flip_batch',
    'gray_batch',
    'jitter_batch',
    'normalize_batch',
]


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

    Source:
        Padding and random crop, as in He et al., CVPR 2016,
        https://arxiv.org/abs/1512.03385, Sec. 4.2; the arithmetic is indexing.
    """
    if size > min(images.shape[-2:]) + 2 * padding:
        raise ValueError(
            f'Expected `size` <= {min(images.shape[-2:]) + 2 * padding}, the '
            f'side of the padded images, but got {size}. Choose a smaller '
            'size, or a larger padding.'
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

    Source:
        Random mirroring, as in He et al., CVPR 2016,
        https://arxiv.org/abs/1512.03385, Sec. 4.2; the arithmetic is indexing.
    """
    # both versions side by side, and one of each pair copied whole: a choice
    # pixel by pixel takes four times as long on a CPU
    both = torch.cat([images, images.flip(3)]).permute(0, 2, 3, 1)
    num = len(images)
    index = torch.arange(num, device=flip.device) + num * flip
    chosen = both.reshape(2 * num, -1).index_select(0, index)
    return chosen.view(num, *both.shape[1:]).permute(0, 3, 1, 2)


def gray_batch(images: Tensor) -> Tensor:
    """Luma of RGB images, as Pillow computes it (ITU-R 601-2, rounded).

    Args:
        images: (N, 3, H, W) uint8.

    Returns:
        (N, 1, H, W) uint8.

    Source:
        Pillow's conversion to 'L':
        https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.convert
    """
    red, green, blue = (channel.int() for channel in images.unbind(1))
    luma = red.mul_(19595).add_(green, alpha=38470).add_(blue, alpha=7471)
    return luma.add_(0x8000).bitwise_right_shift_(16).to(torch.uint8)[:, None]


def blend_batch(first: Tensor, second: Tensor, factor: Tensor) -> Tensor:
    """Mix two batches of images, first + factor (second - first).

    Convention: as Pillow's ``Image.blend``: float32, cut to [0, 255], then
    truncated. A factor above 1 leads beyond ``second``.

    Args:
        first: Broadcasts to ``second``, uint8.
        second: (N, C, H, W) uint8.
        factor: (N,) float32.

    Returns:
        (N, C, H, W) uint8.

    Source:
        As ``Image.blend`` of Pillow:
        https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.blend
    """
    first, second = first.float(), second.float()
    mixed = (second - first).mul_(factor[:, None, None, None]).add_(first)
    return mixed.clamp_(0, 255).to(torch.uint8)


def jitter_batch(images: Tensor, factors: Tensor, order: Tensor) -> Tensor:
    """Change brightness, contrast and saturation of every image.

    Each of the three mixes the image with a plainer one: black; a plane of
    its mean luma; its luma. Pixel for pixel what Pillow's ``ImageEnhance``
    makes, applied one after another.

    Args:
        images: (N, 3, H, W) uint8, RGB.
        factors: (N, 3) float32 >= 0, of brightness, contrast and saturation;
            1 leaves the image alone.
        order: (N, 3) int64, in which order each image gets the three: a
            permutation of 0 (brightness), 1 (contrast), 2 (saturation).

    Returns:
        As ``images``.

    Raises:
        TypeError: If the images are not uint8.

    Source:
        torchvision's ColorJitter, without hue:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html
    """
    if images.dtype != torch.uint8:
        raise TypeError(
            f'Expected `images` to be uint8, but got {images.dtype}. Augment '
            'before the normalization.'
        )
    if images.device.type == 'cpu':
        # each image with only the work that its order asks for, in the cache
        each = zip(images.split(1), factors.split(1), order, strict=True)
        return torch.cat([_jitter_image(*one) for one in each])
    for step in range(3):
        images = _jitter_step(images, factors, order[:, step])
    return images


def _jitter_step(images: Tensor, factors: Tensor, which: Tensor) -> Tensor:
    """One of the three changes, its own for each image, without branches."""
    gray = gray_batch(images)
    mean = gray.double().mean((2, 3), keepdim=True).add(0.5).to(torch.uint8)
    kind = which[:, None, None, None]
    plain = torch.where(kind == 1, mean, gray)
    plain = torch.where(kind == 0, 0, plain)
    return blend_batch(plain, images, factors.gather(1, which[:, None])[:, 0])


def _jitter_image(image: Tensor, factors: Tensor, order: Tensor) -> Tensor:
    """The three changes of one image, (1, 3, H, W)."""
    image = image.contiguous()
    for which in order.tolist():
        if which == 0:
            plain = image.new_zeros(1)
        else:
            plain = gray_batch(image)
            if which == 1:
                plain = plain.double().mean().add(0.5).to(torch.uint8)
        image = blend_batch(plain, image, factors[:, which])
    return image


def normalize_batch(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Subtract the mean of each channel, and divide by its deviation.

    Args:
        images: (N, C, H, W), any dtype.
        mean: (C,) or (C, 1, 1), any dtype, in the units of ``images``; one
            number is for every channel.
        std: As ``mean``.

    Returns:
        (N, C, H, W) float32 in channels-last memory: bit by bit
        ``(images.float() - mean) / std``.

    Source:
        torchvision's Normalize:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
    """
    if images.is_floating_point():
        images = images.float()
    pixels = images.permute(0, 2, 3, 1).contiguous()
    num, height, width, channels = pixels.shape
    # rows of W C numbers, so that the inner loop is long
    rows = pixels.view(num, height, width * channels)
    mean, std = (
        value.flatten().float().expand(channels).repeat(width)
        for value in (mean, std)
    )
    rows = torch.sub(rows, mean).div_(std)
    return rows.view(pixels.shape).permute(0, 3, 1, 2)
