from collections.abc import Sequence

import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional.augment import jitter_batch

__all__ = ['BatchColorJitter']


@MODELS.register_module()
class BatchColorJitter(nn.Module):
    """Change brightness, contrast and saturation of each image at random.

    Same distribution as mmpretrain's ``ColorJitter`` with the Pillow
    backend and no hue: each factor uniform, the three in a random order.

    Args:
        brightness: Factor uniform in [max(0, 1 - x), 1 + x], or in a given
            (least, greatest).
        contrast: As ``brightness``.
        saturation: As ``brightness``.

    Raises:
        ValueError: If a number is negative or a range is upside down.

    Source:
        mmpretrain's ColorJitter
        (https://mmpretrain.readthedocs.io/en/latest/api/data_process.html),
        for a batch.
    """

    def __init__(
        self,
        brightness: float | Sequence[float] = 0.0,
        contrast: float | Sequence[float] = 0.0,
        saturation: float | Sequence[float] = 0.0,
    ) -> None:
        super().__init__()
        ranges = [
            factor_range(name, value)
            for name, value in (
                ('brightness', brightness),
                ('contrast', contrast),
                ('saturation', saturation),
            )
        ]
        low, high = torch.tensor(ranges).T
        self.register_buffer('low', low, persistent=False)
        self.register_buffer('span', high - low, persistent=False)

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, 3, H, W) uint8 with other colors."""

        def uniform() -> Tensor:
            return torch.rand(
                len(images), 3, generator=generator, device=images.device
            )

        factors = self.low + self.span * uniform()
        return jitter_batch(images, factors, uniform().argsort(dim=1))


def factor_range(
    name: str, value: float | Sequence[float]
) -> tuple[float, float]:
    """Least and greatest factor.

    Raises:
        ValueError: If the range is negative or upside down.
    """
    if isinstance(value, Sequence):
        low, high = value
    else:
        low, high = max(0.0, 1 - value), 1 + value
    if not 0 <= low <= high:
        raise ValueError(
            f'Expected `{name}` to be a number >= 0 or a range of factors '
            f'0 <= least <= greatest, but got {value!r}. 0.4 is the range '
            '(0.6, 1.4).'
        )
    return float(low), float(high)
