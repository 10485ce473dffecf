"""In which dtype a formula is worked out."""

import torch
from torch import Tensor

__all__: list[str] = []


def at_least_float32(values: Tensor) -> Tensor:
    """Half precision in float32, wider dtypes as they are.

    Sums of exponentials and logarithms need it: a bfloat16 log n is off by
    up to 0.03.

    Args:
        values: Any shape, a floating point dtype.

    Returns:
        The values in float32, float64, or the dtype they have if it is one
        of these.
    """
    return values.to(torch.promote_types(values.dtype, torch.float32))
