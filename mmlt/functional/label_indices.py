import torch
from torch import Tensor

__all__ = ['class_indices']


def class_indices(labels: Tensor, name: str = '`labels`') -> Tensor:
    """Labels as int64, which torch's losses and lookups take.

    Their values are not looked at.

    Args:
        labels: Integers, any shape, in any of torch's integer types.
        name: Name of the argument, for the message.

    Returns:
        int64; the same tensor where it is that already.

    Raises:
        TypeError: If they are no integers: 1.7 would count as class 1.

    Examples:
        >>> class_indices(torch.tensor([0, 2], dtype=torch.uint8))
        tensor([0, 2])
        >>> class_indices(torch.tensor([0.0, 1.7]))
        Traceback (most recent call last):
            ...
        TypeError: Expected `labels` to be integers, the indices of classes, \
but got torch.float32. Convert them with `.long()`.
    """
    dtype = labels.dtype
    if dtype.is_floating_point or dtype.is_complex or dtype == torch.bool:
        raise TypeError(
            f'Expected {name} to be integers, the indices of classes, but '
            f'got {dtype}. Convert them with `.long()`.'
        )
    return labels.long()
