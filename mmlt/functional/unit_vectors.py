"""Vectors at length 1, with gradients that stay finite at zero."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ['unit_vectors']

# F.normalize divides by at least this; its square still is a float32
SMALLEST_LENGTH = 1e-12
# a length below which the direction of a vector is taken for noise
SHORT = 1e-4
# float16 has no gradient above 65,504, and steps of 6e-8 near zero
SHORT_FLOAT16 = 1e-2


def unit_vectors(
    vectors: Tensor, dim: int = 1, dtype: torch.dtype | None = None
) -> Tensor:
    r"""Vectors divided by their length, x / \|x\|; a vector of zeros stays 0.

    Convention:
        - the value is that of ``F.normalize`` to the last bit, in float32
          and float64; half precision is computed in float32.
        - so is the gradient, (I - u u^T) / \|x\|, of a vector that is not
          short. It grows without end as a vector goes to 0 (a blank image,
          dead units): F.normalize gives 1e12 there, which is inf in
          float16. Below the length s = 1e-4 (0.01 for float16) it is
          multiplied by (\|x\| / s)^2, so that no direction is preferred at
          zero: the gradient is 0 there, and nowhere more than 1/s.

    Args:
        vectors: Any shape, floating point.
        dim: Of the entries of a vector.
        dtype: Of the result; that of ``vectors`` for None.

    Returns:
        Shape of ``vectors``, in ``dtype``; no vector longer than 1.

    Examples:
        >>> unit_vectors(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
        tensor([[0.6000, 0.8000],
                [0.0000, 0.0000]])
        >>> blank = torch.zeros(1, 2, requires_grad=True)
        >>> unit_vectors(blank).sum().backward()
        >>> blank.grad
        tensor([[0., 0.]])

    Source:
        Ours; the value is PyTorch's ``torch.nn.functional.normalize``.
    """
    dtype = dtype or vectors.dtype
    short = SHORT_FLOAT16 if vectors.dtype == torch.float16 else SHORT
    # the length of a float16 vector, and what is divided by a short one,
    # may be beyond 65,504
    vectors = vectors.to(torch.promote_types(dtype, torch.float32))
    if torch.is_grad_enabled() and vectors.requires_grad:
        fixed = vectors.detach()
        length = torch.linalg.vector_norm(fixed, dim=dim, keepdim=True)
        share = (length / short).clamp(max=1).square()
        # the value is that of `vectors`, the gradient `share` of it
        vectors = torch.lerp(fixed, vectors, share)
    return F.normalize(vectors, dim=dim, eps=SMALLEST_LENGTH).to(dtype)
