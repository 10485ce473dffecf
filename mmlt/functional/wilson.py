"""How far a share that few samples were counted for may be off."""

import torch
from torch import Tensor

__all__ = ['wilson_interval']


def wilson_interval(
    hits: Tensor, number: Tensor, z: float = 1.959963984540054
) -> tuple[Tensor, Tensor]:
    r"""Wilson's interval of a share that is counted, hits of number.

    With p = k / n it is (p + z^2 / 2n ± z sqrt(p (1 - p) / n + z^2 / 4n^2))
    / (1 + z^2 / n). Unlike p ± z sqrt(p (1 - p) / n) it is no point where all
    or none were hit: after none of 2 the share may well be a half.

    Args:
        hits: (...) k, in [0, n].
        number: (...) n >= 0; 0 gives the whole range.
        z: Quantile of the normal distribution, > 0; the default covers 95
            percent.

    Returns:
        Lower and upper end, (...) float64 in [0, 1].

    Examples:
        >>> low, high = wilson_interval(torch.tensor([0]), torch.tensor([2]))
        >>> round(float(low), 3), round(float(high), 3)
        (0.0, 0.658)

    Source:
        Wilson, Journal of the American Statistical Association 22, 1927,
        https://doi.org/10.1080/01621459.1927.10502953
    """
    hits, number = hits.double(), number.double()
    share = hits / number.clamp(min=1)
    # the formula times n, so that n = 0 is no division by zero
    half = z * (number * share * (1 - share) + z**2 / 4).clamp(min=0).sqrt()
    middle = hits + z**2 / 2
    total = number + z**2
    low, high = (middle - half) / total, (middle + half) / total
    # exact at the ends, where rounding leaves 1e-17
    low = torch.where(hits == 0, torch.zeros_like(low), low)
    high = torch.where(hits == number, torch.ones_like(high), high)
    return low.clamp(0, 1), high.clamp(0, 1)
