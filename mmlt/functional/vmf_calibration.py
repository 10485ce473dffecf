"""Concentrations of a vMF classifier calibrated after training."""

import torch
from torch import Tensor

from .checks import check_not_empty, check_real, check_shapes, to_float64
from .vmf_pairs import widest_dtype

__all__ = ['calibrated_concentration']


def calibrated_concentration(
    kappa: Tensor, overlap: Tensor, alpha: float
) -> Tensor:
    r"""Post-training calibration: kappa^alpha * o^(1 - alpha).

    $$\kappa_c \leftarrow \kappa_c^{\alpha}\; o_c^{\,1 - \alpha},$$

    where o is ``overlap`` (one value per class, see :func:`overlap_row_means`)
    moved to the range of kappa: its least value to min(kappa), its largest to
    max(kappa).

    Convention:
        - alpha = 1 returns kappa; alpha = 0 the rescaled overlap.
        - if all overlaps, or all kappa, are equal there is nothing to rescale
          by, and kappa is returned to the last bit (for equal overlaps the
          published code gives nan).

    Args:
        kappa: Concentrations, (C,), >= 0.
        overlap: (C,), finite.
        alpha: Share of the learned concentration, in [0, 1].

    Returns:
        (C,) in the wider dtype of the inputs (at least float32). The bias b
        is not touched: whether it follows is the caller's decision.

    Raises:
        TypeError: If an input is not a floating point tensor.
        ValueError: If ``alpha`` is outside [0, 1] or the shapes differ.

    Examples:
        >>> kappa = torch.tensor([4.0, 16.0])
        >>> overlap = torch.tensor([0.5, 0.2])
        >>> calibrated_concentration(kappa, overlap, alpha=0.5)
        tensor([8., 8.])

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043, post-training
        calibration;
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/models/multi_k_vmf_classifier.py#L36-L41
    """
    hint = 'alpha = 1 keeps kappa, alpha = 0 takes the overlap alone.'
    alpha = check_real('alpha', alpha, 0, hint, high=1)
    kappa64, _ = to_float64('kappa', kappa)
    overlap64, _ = to_float64('overlap', overlap)
    hint = 'Pass the row means, one value per class.'
    check_shapes(hint, kappa=(kappa, 'C'), overlap=(overlap, 'C'))
    check_not_empty('kappa', kappa, 'A classifier has at least one class.')
    low, high = overlap64.amin(), overlap64.amax()
    least, most = kappa64.amin(), kappa64.amax()
    spread = high - low
    equal = (spread == 0) | (most == least)
    share = (overlap64 - low) / torch.where(spread == 0, 1, spread)
    rescaled = torch.where(equal, kappa64, share * (most - least) + least)
    mixed = kappa64**alpha * rescaled ** (1 - alpha)
    mixed = torch.where(equal, kappa64, mixed)
    return mixed.to(widest_dtype(kappa, overlap))
