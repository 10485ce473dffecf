"""The 22 operations of CUDA, each of a graded strength."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .augment_filters import (
    blur_batch,
    detail_batch,
    edge_enhance_batch,
    sharpness_batch,
    smooth_batch,
)
from .augment_geometry import rotate_batch
from .augment_tones import (
    autocontrast_batch,
    brightness_batch,
    contrast_batch,
    equalize_batch,
    invert_batch,
    posterize_batch,
    saturation_batch,
    solarize_add_batch,
    solarize_batch,
)
from .augment_warp import enlarge_batch, shear_batch, shift_batch

__all__ = ['GRADED_OPERATIONS', 'GradedOperation', 'graded_operations']


class GradedOperation(NamedTuple):
    """An operation and the range of its value.

    Attributes:
        name: Of the operation.
        apply: Makes (M, 3, H, W) uint8 of the same and of (M,) values.
        low: Value at strength 0.
        high: Value at strength 1.
        signed: Whether half of the images get the negative value.
    """

    name: str
    apply: Callable[[Tensor, Tensor], Tensor]
    low: float = 0.0
    high: float = 1.0
    signed: bool = False


def _zeros(values: Tensor) -> Tensor:
    return torch.zeros_like(values)


GRADED_OPERATIONS = (
    GradedOperation('flip', lambda x, v: x.flip(2)),
    GradedOperation('mirror', lambda x, v: x.flip(3)),
    GradedOperation('edge_enhance', lambda x, v: edge_enhance_batch(x)),
    GradedOperation('detail', lambda x, v: detail_batch(x)),
    GradedOperation('smooth', lambda x, v: smooth_batch(x)),
    GradedOperation('autocontrast', lambda x, v: autocontrast_batch(x)),
    GradedOperation('equalize', lambda x, v: equalize_batch(x)),
    GradedOperation('invert', lambda x, v: invert_batch(x)),
    GradedOperation('blur', blur_batch, 0, 2),
    GradedOperation('enlarge', enlarge_batch, 1, 1.5),
    GradedOperation('rotate', rotate_batch, 0, 30, True),
    GradedOperation('posterize', posterize_batch, 0, 4),
    GradedOperation('solarize', solarize_batch, 0, 256),
    GradedOperation('solarize_add', solarize_add_batch, 0, 110),
    GradedOperation('saturation', saturation_batch, 0.1, 1.9),
    GradedOperation('contrast', contrast_batch, 0.1, 1.9),
    GradedOperation('brightness', brightness_batch, 0.1, 1.9),
    GradedOperation('sharpness', sharpness_batch, 0.1, 1.9),
    GradedOperation('shear_x', shear_batch, 0, 0.3, True),
    GradedOperation(
        'shear_y', lambda x, v: shear_batch(x, _zeros(v), v), 0, 0.3, True
    ),
    GradedOperation(
        'shift_x', lambda x, v: shift_batch(x, v, _zeros(v)), 0, 100, True
    ),
    GradedOperation(
        'shift_y', lambda x, v: shift_batch(x, _zeros(v), v), 0, 100, True
    ),
)


def graded_operations(
    images: Tensor,
    chosen: Tensor,
    strengths: Tensor,
    negative: Tensor,
) -> Tensor:
    """Change every image by its own operations, one after another.

    Args:
        images: (N, 3, H, W) uint8, RGB.
        chosen: (N, K) int64 on the CPU, places in ``GRADED_OPERATIONS`` in
            the order in which they are applied; -1: none.
        strengths: (N,) in [0, 1], of all operations of an image.
        negative: (N, K) bool, where a signed operation goes the other way.

    Returns:
        As ``images``.

    Raises:
        TypeError: If the images are not (N, 3, H, W) uint8.

    Source:
        Ahn et al. (CUDA), ICLR 2023,
        https://openreview.net/forum?id=RgUPdudkWlN; operations and ranges of
        https://github.com/sumyeongahn/CUDA_LTR/blob/f4c8d35ffff7242e97eadb71c6880f1cb5cee01a/cifar/aug/cuda.py#L118-L143
    """
    if images.dtype != torch.uint8 or images.dim() != 4:
        raise TypeError(
            'Expected `images` to be (N, 3, H, W) uint8, but got '
            f'{tuple(images.shape)} {images.dtype}. Augment whole batches '
            'before the normalization.'
        )
    result = images.clone()
    for step in range(chosen.shape[1]):
        for place in chosen[:, step].unique().tolist():
            if place < 0:
                continue
            operation = GRADED_OPERATIONS[place]
            rows = (chosen[:, step] == place).nonzero()[:, 0]
            rows = rows.to(images.device)
            low, high = operation.low, operation.high
            values = strengths[rows].float() * (high - low) + low
            if operation.signed:
                values = torch.where(negative[rows, step], -values, values)
            result[rows] = operation.apply(result[rows], values)
    return result
