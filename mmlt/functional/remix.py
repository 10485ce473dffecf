"""Label weights of Remix: the rarer class of a mixed image gets the label."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_real

__all__ = ['remix_label_weights']


def check_remix_settings(kappa: float, tau: float) -> None:
    """Check the settings of :func:`remix_label_weights`.

    Raises:
        ValueError: If ``kappa`` < 1 or ``tau`` is outside [0, 1].
    """
    check_real('kappa', kappa, 1, 'The paper uses 3.')
    check_real('tau', tau, 0, 'The paper uses 0.5.', high=1)


def remix_label_weights(
    label_a: Tensor,
    label_b: Tensor,
    weight: float | Tensor,
    counts: Sequence[int] | Tensor,
    kappa: float = 3.0,
    tau: float = 0.5,
) -> Tensor:
    r"""Weight of the first label of images mixed with ``weight``.

    With n_a and n_b the training images of the two classes:

    ======  =============================================
    weight  where
    ======  =============================================
    0       n_a >= kappa n_b and ``weight`` < tau
    1       kappa n_a <= n_b and 1 - ``weight`` < tau
    as is   otherwise
    ======  =============================================

    The first row that holds is taken.

    Args:
        label_a: (N,) int64, the class of the part with ``weight``.
        label_b: (N,) int64, the class of the rest.
        weight: One number in [0, 1], or (1,) or (N,) of them.
        counts: (C,) training images per class.
        kappa: Remix's ratio of the counts from which on the rarer class may
            take the whole label, >= 1 (no concentration).
        tau: Remix's weight in the image below which the more frequent class
            may lose its label, in [0, 1].

    Returns:
        (N,), dtype of ``weight`` (torch's default for a number).

    Raises:
        ValueError: If ``kappa`` or ``tau`` is out of range.

    Examples:
        >>> first, second = torch.tensor([0, 1]), torch.tensor([1, 1])
        >>> remix_label_weights(first, second, 0.4, [100, 1])  # 1 is rare
        tensor([0.0000, 0.4000])

    Source:
        Chou et al., ECCV workshops 2020, https://arxiv.org/abs/2007.03943 (the
        three cases of its label factor); kappa = 3 and tau = 0.5 there.
    """
    check_remix_settings(kappa, tau)
    weight = torch.as_tensor(weight, device=label_a.device)
    if not weight.is_floating_point():
        weight = weight.to(torch.get_default_dtype())
    weight = weight.expand(label_a.shape)
    counts = torch.as_tensor(counts, device=label_a.device).double()
    count_a, count_b = counts[label_a], counts[label_b]
    rarer_b = (count_a >= kappa * count_b) & (weight < tau)
    rarer_a = (kappa * count_a <= count_b) & (1 - weight < tau)
    return weight.masked_fill(rarer_a, 1).masked_fill(rarer_b, 0)
