"""Convex mixtures of the samples of a batch (mixup)."""

import torch
from torch import Generator, Tensor

from .checks import check_real

__all__ = ['beta_weights', 'mix_batch']


def check_mixing_alpha(alpha: float) -> float:
    """Check that the Beta distribution of a parameter can be drawn from.

    Raises:
        ValueError: If it is not a finite number >= 0.01.
    """
    # below, the two gamma variates of a draw may both underflow, and nearly
    # every weight would be 0 or 1 anyway
    hint = '1 draws uniformly; for hardly any mixing, train without.'
    return check_real('alpha', alpha, 0.01, hint)


def beta_weights(alpha: float, num: int, generator: Generator) -> Tensor:
    """Draw mixing weights from Beta(alpha, alpha).

    Args:
        alpha: >= 0.01; 1 is uniform on [0, 1].
        num: How many.
        generator: Source of the random numbers; its device is the result's.

    Returns:
        (num,) float64 in [0, 1].

    Raises:
        ValueError: If ``alpha`` is out of range.

    Examples:
        >>> generator = torch.Generator().manual_seed(0)
        >>> weights = beta_weights(1.0, 4, generator)
        >>> weights.shape, bool(((weights >= 0) & (weights <= 1)).all())
        (torch.Size([4]), True)

    Source:
        Zhang et al., ICLR 2018, https://arxiv.org/abs/1710.09412
    """
    check_mixing_alpha(alpha)
    # torch.distributions.Beta draws from this too, but takes no generator
    both = torch.full(
        (num, 2), float(alpha), dtype=torch.float64, device=generator.device
    )
    return torch._sample_dirichlet(both, generator)[:, 0]


def mix_batch(batch: Tensor, index: Tensor, weight: float | Tensor) -> Tensor:
    """Mix every sample with another one of its batch.

    Convention: ``weight`` belongs to the sample itself, the rest of 1 to
    the one that ``index`` names.

    Args:
        batch: (N, ...), floating point.
        index: (N,) int64, the partner of each sample.
        weight: One number in [0, 1], or (1,) or (N,) of them.

    Returns:
        Shape and dtype of ``batch``: ``weight * batch + (1 - weight) *
        batch[index]``, computed in at least float32.

    Raises:
        TypeError: If the batch is not floating point.

    Examples:
        >>> batch = torch.tensor([[0.0], [10.0]])
        >>> mix_batch(batch, torch.tensor([1, 0]), 0.7)
        tensor([[3.],
                [7.]])

    Source:
        Zhang et al., ICLR 2018, https://arxiv.org/abs/1710.09412 (images);
        Verma et al., ICML 2019, https://arxiv.org/abs/1806.05236 (features).
    """
    if not batch.is_floating_point():
        raise TypeError(
            f'Expected `batch` to be floating point, but got {batch.dtype}. '
            'Mix after the normalization.'
        )
    # a half-precision weight would be off by up to 0.2 %, and the two
    # products would be rounded before they are added
    wide = torch.promote_types(batch.dtype, torch.float32)
    first, second = batch.to(wide), select_rows(batch, index).to(wide)
    if isinstance(weight, Tensor):
        weight = weight.to(batch.device, wide)
        weight = weight.view(-1, *[1] * (batch.dim() - 1))
    # one pass over the memory; exact where the weight is 0 or 1
    return torch.lerp(second, first, weight).to(batch.dtype)


def select_rows(batch: Tensor, index: Tensor) -> Tensor:
    """The samples of a batch that ``index`` names, in its memory format.

    Args:
        batch: (N, ...).
        index: (M,) int64.

    Returns:
        (M, ...): ``batch[index]``.
    """
    if batch.dim() != 4 or batch.is_contiguous():
        return batch.index_select(0, index)
    # channels-last images are copied whole: three times as fast
    pixels = batch.permute(0, 2, 3, 1)
    rows = pixels.reshape(len(batch), -1).index_select(0, index)
    return rows.view(-1, *pixels.shape[1:]).permute(0, 3, 1, 2)
