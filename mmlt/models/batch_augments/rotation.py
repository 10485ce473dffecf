import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional.augment_geometry import rotate_batch
from mmlt.functional.checks import check_real

__all__ = ['BatchRandomRotation']


@MODELS.register_module()
class BatchRandomRotation(nn.Module):
    """Rotate each image of a batch by a random angle.

    Same distribution as torchvision's ``RandomRotation(degrees)``: uniform
    in [-degrees, degrees], the nearest pixel, black corners.

    Args:
        degrees: Largest angle, in [0, 180].

    Raises:
        ValueError: If ``degrees`` is outside [0, 180].

    Source:
        torchvision's RandomRotation, for a batch:
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomRotation.html;
        15 degrees in SADE:
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/data_loader/cifar_data_loaders.py#L21
    """

    def __init__(self, degrees: float) -> None:
        super().__init__()
        check_real('degrees', degrees, 0, 'SADE takes 15.', high=180)
        self.degrees = degrees

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, C, H, W), rotated."""
        draw = torch.rand(
            len(images), generator=generator, device=images.device
        )
        return rotate_batch(images, (2 * draw - 1) * self.degrees)
