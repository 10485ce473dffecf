"""CutMix: a box of one image in the place of the same box of another."""

import torch
from torch import Tensor

__all__ = ['cutmix_box', 'cutmix_weight', 'paste_box']


def cutmix_box(
    height: int, width: int, weight: Tensor, center: Tensor
) -> Tensor:
    r"""Rows and columns of the box that another image fills.

    Its sides are sqrt(1 - weight) of those of the image, halves of them to
    either side of the center, and what is beyond the border is cut off.

    Convention:
        - whole pixels: a side is rounded down, and so is its half. At 32
          pixels and a weight of 0.5 the side is 22; a side of 23 is as one
          of 22, and one of 1 is no box.
        - top <= row < bottom, left <= column < right.

    Args:
        height: H of the images.
        width: W of the images.
        weight: Scalar in [0, 1], the share that stays, before the cut.
        center: (2,) integers, row in [0, H) and column in [0, W).

    Returns:
        (4,) int64: top, bottom, left, right.

    Examples:
        >>> center = torch.tensor([16, 31])
        >>> cutmix_box(32, 32, torch.tensor(0.5), center)
        tensor([ 5, 27, 20, 32])

    Source:
        Yun et al. (CutMix), ICCV 2019, https://arxiv.org/abs/1905.04899, as
        https://github.com/naver-ai/cmo/blob/10d2d0988df03f06605a3007be548129b6f0f5b8/cifar_train.py#L351-L367
    """
    size = torch.tensor([height, width], device=center.device)
    share = (1 - weight.to(center.device, torch.float64)).sqrt()
    half = (size * share).floor().long() // 2
    low = (center - half).clamp(min=0)
    high = torch.minimum(center + half, size)
    return torch.stack([low[0], high[0], low[1], high[1]])


def cutmix_weight(height: int, width: int, box: Tensor) -> Tensor:
    """Share of an image that a box leaves, which is the weight of its label.

    Args:
        height: H of the images.
        width: W of the images.
        box: (4,) int64, :func:`cutmix_box`.

    Returns:
        Scalar float64 in [0, 1].

    Examples:
        >>> cutmix_weight(10, 10, torch.tensor([0, 5, 2, 6]))
        tensor(0.8000, dtype=torch.float64)

    Source:
        Yun et al. (CutMix), ICCV 2019, https://arxiv.org/abs/1905.04899
    """
    top, bottom, left, right = box.double()
    return 1 - (bottom - top) * (right - left) / (height * width)


def paste_box(images: Tensor, patches: Tensor, box: Tensor) -> Tensor:
    """Images whose box comes from other images.

    Args:
        images: (N, C, H, W).
        patches: (N, C, H, W), of the same dtype.
        box: (4,) int64, :func:`cutmix_box`; one for all.

    Returns:
        Shape, dtype and device of ``images``, which stay as they are.

    Examples:
        >>> images, patches = torch.zeros(1, 1, 2, 3), torch.ones(1, 1, 2, 3)
        >>> paste_box(images, patches, torch.tensor([0, 1, 1, 3]))
        tensor([[[[0., 1., 1.],
                  [0., 0., 0.]]]])

    Source:
        Yun et al. (CutMix), ICCV 2019, https://arxiv.org/abs/1905.04899
    """
    rows = torch.arange(images.shape[-2], device=images.device)[:, None]
    columns = torch.arange(images.shape[-1], device=images.device)
    top, bottom, left, right = box.to(images.device)
    inside = (rows >= top) & (rows < bottom)
    inside = inside & (columns >= left) & (columns < right)
    # no slices: their ends would wait for the device
    return torch.where(inside, patches, images)
