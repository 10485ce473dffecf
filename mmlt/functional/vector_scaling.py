"""Vector scaling (VS): temperatures and offsets of the training logits."""

from torch import Tensor

from .checks import at_least_float32
from .losses import PerClass, logit_adjusted_loss, per_class

__all__ = ['vs_loss']


def vs_loss(
    logits: Tensor,
    labels: Tensor,
    counts: PerClass,
    temperatures: PerClass,
    tau: float = 1.0,
) -> Tensor:
    r"""Cross-entropy of z_c / Delta_c + tau log n_c.

    The temperatures of CDT and the offsets of logit adjustment in one loss:
    with temperatures of 1 it is :func:`logit_adjusted_loss`, with ``tau`` 0
    :func:`cdt_loss`.

    Convention:
        - n_c or the prior n_c / sum(n): the same loss.
        - at test the logits are taken as they are.

    Args:
        logits: (N, C).
        labels: (N,) indices or (N, C) soft labels.
        counts: (C,) training images, > 0 (not checked; at 0 the loss of the
            class is infinite).
        temperatures: (C,) Delta > 0, :func:`cdt_temperatures`.
        tau: Strength of the offsets >= 0.

    Returns:
        (N,).

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> temperatures = cdt_temperatures([100, 10, 1], gamma=0.2)
        >>> vs_loss(logits, labels, [100, 10, 1], temperatures, tau=0.5)
        tensor([0.0898, 1.1750])

    Source:
        Kini et al. (VS loss), NeurIPS 2021, https://arxiv.org/abs/2103.01550,
        whose Delta is a factor, one over ours; divided by it is
        https://github.com/orparask/VS-Loss/blob/7ade9c9959951212415bb9aa4f5563caa5182e5e/class_imbalance/losses.py#L34-L53
    """
    logits = at_least_float32(logits)
    scaled = logits / per_class(temperatures, logits)
    return logit_adjusted_loss(scaled, labels, counts, tau)
