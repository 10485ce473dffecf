"""Numbers of semantic segmentation: overlap of masks, groups by frequency."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .checks import check_counts, check_integer, check_shapes

__all__ = ['frequency_groups', 'mask_overlap']

# of ADE20K's 150 classes: the 20 most frequent, the next 55, the last 75
SIZES = (20, 55, 75)
NAMES = ('head', 'body', 'tail')


def mask_overlap(confusion: Tensor) -> tuple[Tensor, Tensor]:
    r"""Intersection over union, and accuracy, of every class.

    $$\mathrm{IoU}_i = \frac{n_{ii}}{\sum_j n_{ij} + \sum_j n_{ji} - n_{ii}},
    \qquad \mathrm{Acc}_i = \frac{n_{ii}}{\sum_j n_{ij}}$$

    Convention: a class that neither occurs nor is predicted has no overlap,
    and one that does not occur no accuracy: nan, to be left out of a mean.

    Args:
        confusion: (C, C) integers, n_ij pixels of class i that class j was
            predicted for.

    Returns:
        IoU (C,) and accuracy (C,), float64 in [0, 1] or nan.

    Raises:
        ValueError: If it is not square.

    Examples:
        >>> confusion = torch.tensor([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
        >>> mask_overlap(confusion)[0]
        tensor([0.7500, 0.8000,    nan], dtype=torch.float64)

    Source:
        Long et al., CVPR 2015, https://arxiv.org/abs/1411.4038, Sec. 5.
    """
    check_shapes(
        'One row and one column per class.', confusion=(confusion, 'C C')
    )
    confusion = confusion.double()
    right = confusion.diagonal()
    labeled, predicted = confusion.sum(1), confusion.sum(0)
    return right / (labeled + predicted - right), right / labeled


def frequency_groups(
    counts: Sequence[int] | Tensor, sizes: Sequence[int] = SIZES
) -> dict[str, Tensor]:
    """Classes by their rank in the training set: head, body and tail.

    Convention: the most frequent classes are the head; of equally frequent
    ones the one of the smaller index comes first.

    Args:
        counts: (C,) training pixels (or instances, or images) per class.
        sizes: Classes of each group; they sum to C.

    Returns:
        ``{'head': (C,) bool, 'body': ..., 'tail': ...}``.

    Raises:
        ValueError: If the counts are none, or the sizes are not three that
            sum to C.

    Examples:
        >>> frequency_groups([5, 500, 50, 7], (1, 1, 2))['tail']
        tensor([ True, False, False,  True])

    Source:
        Zhang et al. (DisAlign), CVPR 2021, https://arxiv.org/abs/2103.16370,
        Sec. 4.3: 20, 55 and 75 of ADE20K's 150 classes, by pixels.
    """
    counts = check_counts(counts, empty=True)
    for size in sizes:
        check_integer('sizes', size, 0, 'It is a number of classes.')
    if len(sizes) != len(NAMES) or sum(sizes) != len(counts):
        raise ValueError(
            f'Expected `sizes` of head, body and tail that sum to the '
            f'{len(counts)} classes, but got {tuple(sizes)}. For ADE20K they '
            'are (20, 55, 75).'
        )
    order = counts.sort(descending=True, stable=True).indices
    groups = {}
    for name, members in zip(NAMES, order.split(list(sizes)), strict=True):
        groups[name] = torch.zeros(
            len(counts), dtype=torch.bool, device=counts.device
        )
        groups[name][members] = True
    return groups
