"""Whether an exported model has the logits of the original."""

import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor, nn

from mmlt.functional import relative_difference

from .inference import reads_files


def sample_images(size: int | tuple[int, int], number: int) -> Tensor:
    """RGB images to compare two models on: real ones and random ones.

    Args:
        size: Side, or (height, width), in pixels.
        number: How many; every other one is random.

    Returns:
        (number, 3, H, W) uint8. The real ones are parts of the two
        photographs that come with scikit-learn.
    """
    from sklearn.datasets import load_sample_images

    height, width = (size, size) if isinstance(size, int) else size
    photographs = [
        torch.tensor(np.array(p)) for p in load_sample_images().images
    ]
    generator = torch.Generator().manual_seed(0)
    images = []
    for i in range(number):
        if i % 2:
            shape = (3, height, width)
            image = torch.randint(0, 256, shape, generator=generator)
        else:
            photo = photographs[i // 2 % 2].permute(2, 0, 1)
            side = min(photo.shape[1:])
            side = int(side * (0.5 + 0.5 * torch.rand(1, generator=generator)))
            top = int((photo.shape[1] - side) / (1 + i))
            left = int((photo.shape[2] - side) / (2 + i))
            part = photo[None, :, top : top + side, left : left + side]
            image = nn.functional.interpolate(
                part.float(), (height, width), mode='bilinear', antialias=True
            )[0]
        images.append(image.round().clamp(0, 255).to(torch.uint8))
    return torch.stack(images)


def original_logits(
    model: nn.Module, config: Config, images: Tensor
) -> tuple[Tensor, Tensor]:
    """Logits of the recipe's own model, and what its network was given.

    Args:
        model: In evaluation mode.
        config: The recipe.
        images: (N, 3, H, W) uint8, RGB.
    """
    images = images.flip(1) if reads_files(config) else images
    inputs = model.data_preprocessor({'inputs': images})['inputs']
    return model(inputs, mode='tensor'), inputs.contiguous()


def check_same(got: Tensor, expected: Tensor, tolerance: float) -> float:
    """Check that an export gives the same logits.

    Raises:
        ValueError: With the difference, or if the shapes differ.
    """
    difference = relative_difference(got, expected)
    if not difference <= tolerance:
        raise ValueError(
            'Expected the exported model to have the logits of the original, '
            f'but the largest difference is {difference:.2g} of the largest '
            f'logit (--tolerance {tolerance:g}); nothing was written. '
            '(Rounding in a deep float32 network can be some 1e-6.)'
        )
    return difference
