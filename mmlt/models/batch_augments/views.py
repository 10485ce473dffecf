"""Strong augmentations that make the views of contrastive methods."""

from collections.abc import Sequence

import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional.augment import gray_batch
from mmlt.functional.augment_views import (
    color_jitter_batch,
    crop_boxes,
    resized_crop_batch,
)
from mmlt.functional.checks import check_integer, check_real

from .color import factor_range

__all__ = [
    'BatchRandomColorJitter',
    'BatchRandomGray',
    'BatchRandomResizedCrop',
]

TRIES = 10  # for a box that fits, as torchvision's


@MODELS.register_module()
class BatchRandomResizedCrop(nn.Module):
    """Cut a random box out of each image and stretch it to a square.

    Same distribution as torchvision's ``RandomResizedCrop``; a box larger
    than the square is not smoothed before it shrinks, so it is for small
    images.

    Args:
        size: Side of the squares.
        scale: Least and greatest share of the area, in (0, 1].
        ratio: Least and greatest width over height, > 0.

    Raises:
        ValueError: If a setting is out of range or upside down.

    Source:
        torchvision's RandomResizedCrop:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html
    """

    def __init__(
        self,
        size: int,
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3 / 4, 4 / 3),
    ) -> None:
        super().__init__()
        check_integer(
            'size', size, 1, 'It is the side of the image: 32 on CIFAR.'
        )
        check_range('scale', scale, 1.0, 'The usual one is (0.08, 1).')
        check_range('ratio', ratio, None, 'The usual one is (3 / 4, 4 / 3).')
        self.size = size
        self.scale = tuple(scale)
        self.ratio = tuple(ratio)

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Squares (N, C, size, size) of images (N, C, H, W) uint8."""
        draws = torch.rand(
            len(images), TRIES, 4, generator=generator, device=images.device
        )
        boxes = crop_boxes(draws, *images.shape[2:], self.scale, self.ratio)
        return resized_crop_batch(images, *boxes, self.size)


@MODELS.register_module()
class BatchRandomColorJitter(nn.Module):
    """Change brightness, contrast, saturation and hue of some images.

    Same distribution as torchvision's ``ColorJitter`` inside a
    ``RandomApply``: each change uniform, the four in a random order.

    Args:
        brightness: Factor uniform in [max(0, 1 - x), 1 + x], or in a given
            (least, greatest).
        contrast: As ``brightness``.
        saturation: As ``brightness``.
        hue: x in [0, 0.5]: turns by a share of the color circle uniform in
            [-x, x].
        prob: Probability in [0, 1] that an image is changed at all.

    Raises:
        ValueError: If a number is out of range or a range is upside down.

    Source:
        Chen et al. (SimCLR), ICML 2020, https://arxiv.org/abs/2002.05709,
        Appendix A; 0.4, 0.4, 0.4, 0.1 and 0.8:
        https://github.com/LeapLabTHU/ProCo/blob/af9e78ef6b3d731fed963781e5a4861658028fc2/ProCo_cifar/main.py#L170-L177
    """

    low: Tensor
    span: Tensor

    def __init__(
        self,
        brightness: float | Sequence[float] = 0.4,
        contrast: float | Sequence[float] = 0.4,
        saturation: float | Sequence[float] = 0.4,
        hue: float = 0.1,
        prob: float = 0.8,
    ) -> None:
        super().__init__()
        check_real('hue', hue, 0, 'The usual one is 0.1.', high=0.5)
        check_real('prob', prob, 0, 'The usual one is 0.8.', high=1)
        self.prob = prob
        ranges = [
            factor_range('brightness', brightness),
            factor_range('contrast', contrast),
            factor_range('saturation', saturation),
            (-hue, hue),
        ]
        low, high = torch.tensor(ranges).T
        self.register_buffer('low', low, persistent=False)
        self.register_buffer('span', high - low, persistent=False)

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, 3, H, W) uint8 with other colors."""

        def uniform(columns: int) -> Tensor:
            return torch.rand(
                len(images), columns, generator=generator, device=images.device
            )

        changes = self.low + self.span * uniform(4)
        order = uniform(4).argsort(dim=1)
        changed = color_jitter_batch(images, changes, order)
        chosen = uniform(1) < self.prob
        return changed.where(chosen[:, :, None, None], images)


@MODELS.register_module()
class BatchRandomGray(nn.Module):
    """Take the color out of some images.

    Args:
        prob: Probability in [0, 1] of each image.

    Raises:
        ValueError: If ``prob`` is outside [0, 1].

    Source:
        Chen et al. (SimCLR), ICML 2020, https://arxiv.org/abs/2002.05709,
        Appendix A.
    """

    def __init__(self, prob: float = 0.2) -> None:
        super().__init__()
        check_real('prob', prob, 0, 'The usual one is 0.2.', high=1)
        self.prob = prob

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, 3, H, W) uint8, some of them gray."""
        draw = torch.rand(
            len(images), generator=generator, device=images.device
        )
        chosen = (draw < self.prob)[:, None, None, None]
        return gray_batch(images).where(chosen, images)


def check_range(
    name: str, value: Sequence[float], most: float | None, hint: str
) -> None:
    """Check a pair of numbers, 0 < least <= greatest.

    Raises:
        ValueError: If they are not, or above ``most``.
    """
    good = len(value) == 2 and 0 < value[0] <= value[1]
    if not good or (most is not None and value[1] > most):
        limit = '' if most is None else f' <= {most:g}'
        raise ValueError(
            f'Expected `{name}` to be two numbers, 0 < least <= greatest'
            f'{limit}, but got {tuple(value)!r}. {hint}'
        )
