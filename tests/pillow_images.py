"""Images, and what Pillow makes of them."""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


def pictures():
    """Noise, noise of few tones, a smooth image and a plain one, uint8."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (4, 3, 20, 24), generator=generator)
    images[1] = images[1] // 3 + 40
    coarse = 255 * torch.rand(1, 3, 4, 5, generator=generator)
    images[2] = F.interpolate(coarse, size=(20, 24), mode='bilinear')[0].long()
    images[3] = 77
    return images.to(torch.uint8)


def by_pillow(images, change):
    """Each image changed by a function of Pillow's images."""
    changed = [
        np.array(change(Image.fromarray(x.permute(1, 2, 0).numpy())))
        for x in images
    ]
    return torch.from_numpy(np.stack(changed)).permute(0, 3, 1, 2)


def values(value):
    """The same value for each of the pictures."""
    return torch.full((4,), value)
