import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional.augment_geometry import cutout_batch
from mmlt.functional.checks import check_integer

__all__ = ['BatchCutout']


@MODELS.register_module()
class BatchCutout(nn.Module):
    """Blacken a random square of each image of a batch.

    Every pixel is equally likely to be the center, so a square may reach
    beyond the image. It covers rows from center - size // 2, ``size`` of them.

    Args:
        size: Side of the squares, >= 1.

    Raises:
        ValueError: If ``size`` < 1.

    Source:
        DeVries and Taylor, 2017, https://arxiv.org/abs/1708.04552
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        check_integer('size', size, 1, 'NCL takes 16 of 32 pixels.')
        self.size = size

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, C, H, W) with a black square each."""

        def first(side: int) -> Tensor:
            center = torch.randint(
                side,
                (len(images),),
                generator=generator,
                device=images.device,
            )
            return center - self.size // 2

        top, left = first(images.shape[2]), first(images.shape[3])
        return cutout_batch(images, top, left, self.size)
