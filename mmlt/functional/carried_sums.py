"""Sums of calibration over more samples than an integer has units for."""

import torch
from torch import Tensor

__all__ = ['bins_of_carried_sums', 'carried_sums']

BITS = 32
MASK = 2**BITS - 1


def carried_sums(sums: Tensor) -> Tensor:
    """Carry over what is a whole unit of the next row.

    :func:`~mmlt.functional.calibration.calibration_sums` counts confidence in
    units of 2^-32 and of 2^-64. A row of int64 has room for 2^31 samples of
    the first: an image has fewer pixels, a test set may have more.

    Args:
        sums: (..., 5, B) int64: samples, right predictions, and the confidence
            in ones, in units of 2^-32 and in units of 2^-64, none below 0.

    Returns:
        The same confidence, (..., 5, B), with less than 2^32 in each of the
        last two rows.
    """
    count, right, ones, whole, rest = sums.unbind(-2)
    whole = whole + (rest >> BITS)
    ones = ones + (whole >> BITS)
    rows = [count, right, ones, whole & MASK, rest & MASK]
    return torch.stack(rows, -2)


def bins_of_carried_sums(sums: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What ``calibration_bins`` returns, from sums that were carried over.

    Args:
        sums: (5, B) of :func:`carried_sums`, or a sum of fewer than 2^31 of
            them.

    Returns:
        count (B,) int64, mean confidence (B,) and accuracy (B,) float64.
    """
    count, right, ones, whole, rest = sums
    mass = count.clamp(min=1).double()
    confidence = (
        ones.double()
        + whole.double() * 2.0**-BITS
        + rest.double() * 2.0 ** (-2 * BITS)
    )
    return count, confidence / mass, right.double() / mass
