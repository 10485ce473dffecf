"""The least probability, the same for every dtype and format of a file."""

import torch
from torch import Tensor

__all__ = ['floored']

LEAST = torch.finfo(torch.float32).tiny


def floored(probs: Tensor) -> Tensor:
    """Probabilities of others, none of them below the least of float32.

    A table of text is read in float64, an array as it is stored, and the
    negative log-likelihood counts 0 as the smallest normal number of its
    dtype: of the same probabilities in two files, it would differ.

    Args:
        probs: (N, C) floating point; what is no probability stays as it is.

    Returns:
        (N, C) of the same dtype: 0 and what is closer to it than the
        smallest normal number of float32 (1.2e-38, 87.3 nats) are that
        number. In float16 it is 0 still, which is taken to float32 later.

    Examples:
        >>> floored(torch.tensor([1.0, 0.0]).double()).log()
        tensor([  0.0000, -87.3365], dtype=torch.float64)

    Source:
        Ours: a convention.
    """
    return probs.masked_fill((probs >= 0) & (probs < LEAST), LEAST)
