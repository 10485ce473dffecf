"""How far two tensors are apart, by the larger of their numbers."""

from torch import Tensor

__all__ = ['relative_difference']


def relative_difference(values: Tensor, expected: Tensor) -> float:
    r"""Largest difference by the largest number, max \|x - y\| / max \|y\|.

    Convention: one scale for all entries, so that an entry near 0 is not
    asked for more digits than the largest has; a scale below 1e-30 counts as
    1e-30.

    Args:
        values: Any shape, x.
        expected: The same shape, y.

    Returns:
        A number >= 0, dimensionless; nan if an entry is nan.

    Raises:
        ValueError: If the shapes differ.

    Examples:
        >>> x, y = torch.tensor([1.0, 9.0]), torch.tensor([1.0, 10.0])
        >>> round(relative_difference(x, y), 4)
        0.1

    Source:
        Textbook: the relative error in the maximum norm.
    """
    if values.shape != expected.shape:
        raise ValueError(
            'Expected `values` to have the shape of `expected`, '
            f'{tuple(expected.shape)}, but got {tuple(values.shape)}. '
            'Compare outputs for the same input.'
        )
    values, expected = values.double(), expected.double()
    scale = expected.abs().max().clamp(min=1e-30)
    return float((values - expected).abs().max() / scale)
