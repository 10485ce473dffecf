import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn
from torchvision.transforms import AutoAugment, AutoAugmentPolicy

from mmlt.functional.checks import check_choice

__all__ = ['BatchAutoAugment']


@MODELS.register_module()
class BatchAutoAugment(nn.Module):
    """torchvision's AutoAugment, for each image of a batch.

    Images are processed one by one, which takes longer than the other batch
    augmentations (see ``configs/ncl/README.md``).

    Args:
        policy: 'cifar10', 'imagenet' or 'svhn'.
        fill: Gray level of what a rotation, shear or shift leaves empty.

    Raises:
        ValueError: If the policy is unknown.

    Source:
        Cubuk et al., CVPR 2019, https://arxiv.org/abs/1805.09501;
        https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.AutoAugment.html
    """

    def __init__(self, policy: str = 'cifar10', fill: int = 128) -> None:
        super().__init__()
        known = [p.value for p in AutoAugmentPolicy]
        check_choice('policy', policy, sorted(known))
        self.augment = AutoAugment(AutoAugmentPolicy(policy), fill=[fill] * 3)

    def forward(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, 3, H, W) uint8, augmented."""
        seed = torch.randint(
            2**62, (1,), generator=generator, device=images.device
        )
        # torchvision draws from the global generator of the CPU
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(int(seed))
            return torch.stack([self.augment(image) for image in images])
