"""From the loss of each sample to the loss of a batch."""

from torch import Tensor

__all__ = ['reduce_loss']


def reduce_loss(
    loss: Tensor,
    weight: Tensor | None = None,
    reduction: str = 'mean',
    avg_factor: float | Tensor | None = None,
) -> Tensor:
    """Weigh the losses of samples, and reduce them.

    Args:
        loss: (N,) or any shape.
        weight: Factors on it, of a shape that broadcasts; None: 1.
        reduction: 'mean', 'sum' or 'none'.
        avg_factor: What the sum is divided by with 'mean'; None: the number
            of elements. It counts for nothing with 'none'.

    Returns:
        A scalar, or the shape of ``loss`` for 'none'.

    Raises:
        ValueError: If ``avg_factor`` is given with 'sum', or ``reduction``
            is something else.

    Examples:
        >>> reduce_loss(torch.tensor([1.0, 3.0]), avg_factor=4)
        tensor(1.)

    Source:
        The convention of ``weight_reduce_loss`` in mmpretrain,
        https://mmpretrain.readthedocs.io/en/latest/api/models.html
    """
    if reduction not in ('mean', 'sum', 'none'):
        raise ValueError(
            "Expected `reduction` to be 'mean', 'sum' or 'none', but got "
            f'{reduction!r}. Choose one of them.'
        )
    if reduction == 'sum' and avg_factor is not None:
        raise ValueError(
            "Expected `avg_factor` with reduction 'mean' alone, but got "
            f"{avg_factor} with 'sum'. Leave it out."
        )
    if weight is not None:
        loss = loss * weight
    if reduction == 'none':
        return loss
    if reduction == 'sum':
        return loss.sum()
    return loss.mean() if avg_factor is None else loss.sum() / avg_factor
