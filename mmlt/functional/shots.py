"""Many-, medium- and few-shot groups of classes, and accuracy in them."""

import math
from collections.abc import Sequence
from fractions import Fraction

import torch
from torch import Tensor

from .checks import check_choice

__all__ = ['group_accuracy', 'mean_accuracy', 'shot_groups']

SHOTS = ('many', 'medium', 'few')
AVERAGES = ('classes', 'images')
# whose classes with exactly 100 and 20 images are medium-shot: OLTR and those
# who follow it; NCL counts them to the many- and the few-shot ones,
# https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/main/valid_average_acc.py#L66-L73
SHOT_LIMITS = {
    'oltr': {'many': 100, 'few': 20},
    'ncl': {'many': 99, 'few': 21},
}


def shot_groups(
    counts: Sequence[int] | Tensor, many: int = 100, few: int = 20
) -> dict[str, Tensor]:
    """Classes by how many training images they have.

    Convention: many-shot has more than ``many`` images, few-shot fewer than
    ``few``, medium-shot the rest; both limits are themselves medium. The
    groups of NCL (at least 100, at most 20) are ``SHOT_LIMITS['ncl']``.

    Args:
        counts: (C,) training images per class.
        many: Upper limit of medium-shot.
        few: Lower limit of medium-shot.

    Returns:
        ``{'many': (C,) bool, 'medium': ..., 'few': ...}``.

    Raises:
        ValueError: If ``few`` exceeds ``many``.

    Examples:
        >>> shot_groups([500, 50, 5])['few']
        tensor([False, False,  True])

    Source:
        Liu et al. (OLTR), CVPR 2019, https://arxiv.org/abs/1904.05160, Sec. 4;
        the classes with exactly 20 or 100 images are medium-shot as in
        https://github.com/facebookresearch/classifier-balancing/blob/f162adef63fdf592d0b8a0f6e52bc481fc08785f/utils.py#L95-L97
    """
    if few > many:
        raise ValueError(
            f'Expected `few` <= `many`, but got few={few} and many={many}. '
            'The usual ones are 20 and 100.'
        )
    counts = torch.as_tensor(counts)
    groups = {'many': counts > many, 'few': counts < few}
    groups['medium'] = ~(groups['many'] | groups['few'])
    return {name: groups[name] for name in SHOTS}


def group_accuracy(
    correct: Tensor,
    labels: Tensor,
    group: Tensor,
    average: str = 'classes',
) -> Tensor:
    """Accuracy among the samples of a group of classes.

    Args:
        correct: (N,) bool.
        labels: (N,) int64.
        group: (C,) bool, the classes of the group.
        average: As :func:`mean_accuracy`.

    Returns:
        Scalar float64 in [0, 1]; nan where the group has no sample.

    Raises:
        ValueError: If ``average`` is unknown.

    Examples:
        >>> correct = torch.tensor([True, False, True, True])
        >>> labels = torch.tensor([0, 0, 0, 1])
        >>> group = torch.tensor([True, True])
        >>> group_accuracy(correct, labels, group)
        tensor(0.8333, dtype=torch.float64)
        >>> group_accuracy(correct, labels, group, average='images')
        tensor(0.7500, dtype=torch.float64)

    Source:
        As :func:`mean_accuracy`.
    """
    size = torch.bincount(labels, minlength=len(group))
    hits = torch.bincount(labels[correct], minlength=len(group))
    group = group.to(labels.device)
    value = mean_accuracy(hits[group], size[group], average)
    return torch.tensor(value, dtype=torch.float64, device=labels.device)


def mean_accuracy(
    hits: Tensor, sizes: Tensor, average: str = 'classes'
) -> float:
    """Accuracy on some classes, from the counts of each.

    Convention:
        - 'classes', the field's: the mean over the classes of the share that
          is right in each; a class without a sample does not count.
        - 'images', pooled: the share of all samples that is right.
        - both are exact, rounded once: where all classes have the same
          number of samples, they are equal to the last digit.

    Args:
        hits: (C,) right predictions of each class, integers.
        sizes: (C,) samples of each class, integers.
        average: 'classes' or 'images'.

    Returns:
        In [0, 1]; nan without a sample.

    Raises:
        ValueError: If ``average`` is unknown.

    Examples:
        >>> hits, sizes = torch.tensor([2, 1]), torch.tensor([3, 1])
        >>> round(mean_accuracy(hits, sizes), 4)
        0.8333
        >>> mean_accuracy(hits, sizes, average='images')
        0.75

    Source:
        The mean over classes: Liu et al. (OLTR), CVPR 2019,
        https://arxiv.org/abs/1904.05160, as in
        https://github.com/facebookresearch/classifier-balancing/blob/f162adef63fdf592d0b8a0f6e52bc481fc08785f/utils.py#L92-L113.
        Pooled, as in
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/main/valid_average_acc.py#L66-L73.
    """
    check_choice('average', average, AVERAGES)
    hits, sizes = hits.cpu(), sizes.cpu()
    if not sizes.any():
        return math.nan
    if average == 'images':
        return int(hits.sum()) / int(sizes.sum())
    # a fraction for all classes of one size, not one for each
    total = sum(
        Fraction(int(hits[sizes == size].sum()), size)
        for size in sizes[sizes > 0].unique().tolist()
    )
    return float(total / int((sizes > 0).sum()))
