import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional.augment_operations import (
    GRADED_OPERATIONS,
    graded_operations,
)
from mmlt.functional.checks import check_integer, check_real

__all__ = ['BatchGradedAugment']


@MODELS.register_module()
class BatchGradedAugment(nn.Module):
    """Operations on each image, more and stronger ones at a higher level.

    An image of level l gets l operations, drawn with replacement from 22 and
    applied one after another, each of strength l / ``full_level``.
    ``CurriculumDataPreprocessor`` hands it the levels of a batch.

    Args:
        full_level: Level at which an operation has its full strength, >= 1.
        prob: How often an image is changed, in [0, 1]; the others stay.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Ahn et al. (CUDA), ICLR 2023,
        https://openreview.net/forum?id=RgUPdudkWlN; the defaults are those
        of
        https://github.com/sumyeongahn/CUDA_LTR/blob/f4c8d35ffff7242e97eadb71c6880f1cb5cee01a/cifar/utils/config.py#L23-L33
    """

    def __init__(self, full_level: int = 30, prob: float = 0.5) -> None:
        super().__init__()
        check_integer('full_level', full_level, 1, 'The published one is 30.')
        check_real('prob', prob, 0, 'The published one is 0.5.', high=1)
        self.full_level = full_level
        self.prob = prob
        self.levels: Tensor | None = None
        self.always = False

    def hand(self, levels: Tensor, always: bool = False) -> None:
        """Tell the levels of the images of the next batch.

        Args:
            levels: (N,) integers >= 0.
            always: Whether each image is changed, whatever ``prob``.
        """
        self.levels, self.always = levels, always

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, 3, H, W) uint8, changed; the levels are used up.

        Args:
            images: RGB, (N, 3, H, W) uint8.
            generator: Source of the random numbers, on the device.

        Raises:
            RuntimeError: If the levels of these images were not told.
        """
        levels, self.levels = self.levels, None
        if levels is None or len(levels) != len(images):
            raise RuntimeError(
                'Expected BatchGradedAugment to know the level of every '
                'image of the batch, but it was not told. Use it in a '
                'CurriculumDataPreprocessor, or call `hand(levels)` before '
                'each batch.'
            )
        device, num = images.device, len(images)
        # every draw is made whatever the levels are
        coins = torch.rand(num, generator=generator, device=device)
        if not self.always:
            levels = levels * (coins < self.prob)
        # their number shapes the work, so it must be known here
        steps = int(levels.max()) if num else 0
        shape = (num, steps)
        chosen = torch.randint(
            len(GRADED_OPERATIONS), shape, generator=generator, device=device
        )
        signs = torch.rand(shape, generator=generator, device=device)
        order = torch.arange(steps, device=device)
        chosen = chosen.where(order < levels[:, None], chosen.new_tensor(-1))
        strengths = levels.float() / self.full_level
        return graded_operations(images, chosen.cpu(), strengths, signs > 0.5)
