import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional.augment import crop_batch, flip_batch
from mmlt.functional.checks import check_integer, check_real

__all__ = ['BatchRandomCrop', 'BatchRandomFlip']


@MODELS.register_module()
class BatchRandomCrop(nn.Module):
    """Pad every image of a batch and cut a random square out of it.

    Same distribution as mmpretrain's ``RandomCrop(crop_size, padding)``:
    every offset is equally likely.

    Args:
        size: Side of the squares.
        padding: Zeros added on each side.

    Raises:
        ValueError: If ``size`` < 1 or ``padding`` < 0.

    Source:
        He et al., CVPR 2016, https://arxiv.org/abs/1512.03385, Sec. 4.2
        (padding 4, size 32).
    """

    def __init__(self, size: int, padding: int = 0) -> None:
        super().__init__()
        check_integer(
            'size', size, 1, 'It is the side of the image: 32 on CIFAR.'
        )
        check_integer('padding', padding, 0, 'It is 4 on CIFAR.')
        self.size = size
        self.padding = padding

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Squares (N, C, size, size) of images (N, C, H, W).

        Raises:
            ValueError: If the squares are larger than the padded images.
        """
        room = min(images.shape[2:]) + 2 * self.padding - self.size
        if room < 0:
            raise ValueError(
                'Expected `size` of BatchRandomCrop to be at most the side of '
                f'the padded image, {self.size + room}, but got {self.size}. '
                'Take a smaller size or more padding.'
            )

        def offsets(side: int) -> Tensor:
            return torch.randint(
                side + 2 * self.padding - self.size + 1,
                (len(images),),
                generator=generator,
                device=images.device,
            )

        top, left = offsets(images.shape[2]), offsets(images.shape[3])
        return crop_batch(images, top, left, self.size, self.padding)


@MODELS.register_module()
class BatchRandomFlip(nn.Module):
    """Mirror images of a batch left to right, each with a probability.

    Args:
        prob: Probability in [0, 1] of each image.

    Raises:
        ValueError: If ``prob`` is outside [0, 1].

    Source:
        He et al., CVPR 2016, https://arxiv.org/abs/1512.03385, Sec. 4.2.
    """

    def __init__(self, prob: float = 0.5) -> None:
        super().__init__()
        check_real('prob', prob, 0, 'The usual one is 0.5.', high=1)
        self.prob = prob

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images as given, (N, C, H, W), some of them mirrored."""
        draw = torch.rand(
            len(images), generator=generator, device=images.device
        )
        return flip_batch(images, draw < self.prob)
