"""Logits clouded by Gaussian noise, more for rare classes (GCL)."""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .checks import at_least_float32
from .label_indices import class_indices
from .losses import PerClass, per_class

__all__ = ['cloud_amplitudes', 'cloud_noise', 'gaussian_clouded_loss']


def cloud_amplitudes(counts: PerClass) -> Tensor:
    r"""Share of the noise that a class gets: 0 the largest, 1 the smallest.

    log(n_max / n_c) / log(n_max / n_min), so that it grows with the number
    of times that a class is smaller, not with the difference.

    Args:
        counts: (C,) training images, > 0.

    Returns:
        (C,) float64 in [0, 1]; zeros where all classes are of one size, which
        the published code divides by zero.

    Raises:
        ValueError: If a class has no image.

    Examples:
        >>> cloud_amplitudes([1000, 100, 10])
        tensor([0.0000, 0.5000, 1.0000], dtype=torch.float64)

    Source:
        Li, Cheung and Lu (GCL), CVPR 2022,
        https://openaccess.thecvf.com/content/CVPR2022/html/Li_Long-Tailed_Visual_Recognition_via_Gaussian_Clouded_Logit_Adjustment_CVPR_2022_paper.html;
        https://github.com/Keke921/GCLLoss/blob/c2a62338ebb7753178b5c3ec5a69a4fb04069109/losses.py#L53-L83
    """
    counts = torch.as_tensor(counts, dtype=torch.float64)
    if not (counts > 0).all():
        raise ValueError(
            'Expected `counts` to be above 0, but got '
            f'{counts.min().item():g}. Leave out classes without an image.'
        )
    distances = (counts.max() / counts).log()
    widest = distances.max()
    return distances / widest if widest else distances


def cloud_noise(
    shape: tuple[int, ...], generator: Generator | None = None
) -> Tensor:
    r"""Absolute values of normal numbers of variance 1/9, at most 1.

    Args:
        shape: Of the logits.
        generator: Source of the random numbers, on the device where the
            noise is wanted.

    Returns:
        Float32 of that shape, in [0, 1]; 1 with probability 0.0027.

    Examples:
        >>> cloud_noise((2, 3), torch.Generator().manual_seed(0)).max() <= 1
        tensor(True)

    Source:
        As :func:`cloud_amplitudes`.
    """
    device = generator.device if generator is not None else None
    drawn = torch.randn(shape, generator=generator, device=device)
    return (drawn / 3).abs().clamp(max=1)


def gaussian_clouded_loss(
    logits: Tensor,
    labels: Tensor,
    amplitudes: PerClass,
    noise: Tensor,
    strength: float = 15.0,
    margin: float = 0.0,
    focus: float = 0.0,
) -> Tensor:
    r"""Cross-entropy of z_c - strength a_c e_c - margin [c = y].

    Convention:
        - in units of the logits: the published numbers are for cosines, so
          that those of a head of scale s are s times as large.
        - every class of every image is lowered by its own noise, not that of
          the label alone.
        - with ``focus`` the loss of an image is multiplied by
          (1 - exp(-loss))^focus, a factor without gradient.

    Args:
        logits: (N, C) z, cosines times the scale of the head.
        labels: (N,) indices; it is not linear in the label.
        amplitudes: (C,) a, :func:`cloud_amplitudes`.
        noise: (N, C) e >= 0, :func:`cloud_noise`.
        strength: Factor >= 0 on the noise; 0 is without it.
        margin: >= 0, of the class of the label.
        focus: Exponent >= 0.

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[3.0, 1.0], [8.0, 6.0]])
        >>> noise = torch.tensor([[0.2, 0.4], [0.1, 0.3]])
        >>> labels = torch.tensor([0, 1])
        >>> gaussian_clouded_loss(logits, labels, [0.0, 1.0], noise, 5.0)
        tensor([0.0181, 3.5298])

    Source:
        As :func:`cloud_amplitudes`; the factor of ``focus``:
        https://github.com/Keke921/GCLLoss/blob/c2a62338ebb7753178b5c3ec5a69a4fb04069109/losses.py#L9-L13
    """
    logits = at_least_float32(logits)
    reach = strength * per_class(amplitudes, logits)
    labels = class_indices(labels)
    at_label = F.one_hot(labels, logits.shape[1])
    lowered = logits - reach * noise.to(logits) - margin * at_label
    losses = F.cross_entropy(lowered, labels, reduction='none')
    if focus:
        losses = losses * (-torch.expm1(-losses.detach())) ** focus
    return losses
