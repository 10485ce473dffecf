"""Sharpness-aware minimization: how far to climb, and for which classes."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_real
from .losses import PerClass

__all__ = ['ascent_steps', 'sharpness_weights']


def sharpness_weights(
    counts: PerClass, strength: float = 0.8, power: float = 3.2
) -> Tensor:
    r"""Share of each class in the sharpness that Focal-SAM lowers.

    strength (1 - pi_c)^power, with pi_c the share of the class in the
    training images.

    Args:
        counts: (C,) training images or their shares, >= 0.
        strength: lambda >= 0; 0 leaves every class out.
        power: gamma >= 0; 0 treats all classes alike.

    Returns:
        (C,) float64 in [0, strength].

    Raises:
        ValueError: If a setting is out of range.

    Examples:
        >>> sharpness_weights([90, 10], strength=0.5, power=2.0)
        tensor([0.0050, 0.4050], dtype=torch.float64)

    Source:
        Li et al. (Focal-SAM), ICML 2025, https://arxiv.org/abs/2505.01660;
        https://github.com/scongl/Focal-SAM/blob/86c13c692688abda48e51ae6217f170ef10eb45e/train_step.py
    """
    check_real('strength', strength, 0, 'The published one is 0.8.')
    check_real('power', power, 0, 'The published one is 3.2.')
    counts = torch.as_tensor(counts, dtype=torch.float64)
    others = counts.sum() - counts  # exact where one class has nearly all
    return strength * (others / counts.sum()) ** power


def ascent_steps(
    gradients: Sequence[Tensor | None], rho: float
) -> list[Tensor | None]:
    r"""Changes of the parameters of length rho, along the gradient.

    rho g / ||g||, with the norm over all parameters together, as if they were
    one vector.

    Args:
        gradients: Of each parameter, of any shapes; None where there is none.
        rho: Length >= 0.

    Returns:
        As ``gradients``; zeros where all of them are 0.

    Examples:
        >>> ascent_steps([torch.tensor([3.0, 0.0]), torch.tensor(4.0)], 0.5)
        [tensor([0.3000, 0.0000]), tensor(0.4000)]

    Source:
        Foret et al. (SAM), ICLR 2021, https://arxiv.org/abs/2010.01412, Eq. 2
        with p = 2
    """
    found = [g for g in gradients if g is not None]
    if not found:
        return list(gradients)
    # largest entries first, so that squares neither overflow nor vanish
    largest = torch.stack([_largest(g) for g in found]).max()
    unit = largest.where(largest > 0, torch.ones_like(largest))
    norms = [
        torch.linalg.vector_norm(g / unit.to(g), dtype=unit.dtype).to(unit)
        for g in found
    ]
    norm = torch.linalg.vector_norm(torch.stack(norms))
    norm = norm.where(norm > 0, torch.ones_like(norm))
    return [
        None if g is None else g / unit.to(g) * (rho / norm).to(g)
        for g in gradients
    ]


def _largest(gradient: Tensor) -> Tensor:
    """Largest absolute value, at least in float32; 0 of no numbers."""
    wide = torch.promote_types(gradient.dtype, torch.float32)
    if not gradient.numel():
        return torch.zeros((), dtype=wide, device=gradient.device)
    return gradient.detach().abs().max().to(wide)
