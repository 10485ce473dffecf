"""Many-, medium- and few-shot groups of classes, and accuracy in them."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ['group_accuracy', 'shot_groups']

SHOTS = ('many', 'medium', 'few')


def shot_groups(
    counts: Sequence[int] | Tensor, many: int = 100, few: int = 20
) -> dict[str, Tensor]:
    """Classes by how many training images they have.

    Convention: many-shot has more than ``many`` images, few-shot fewer than
    ``few``, medium-shot the rest; both limits are themselves medium.

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


def group_accuracy(correct: Tensor, labels: Tensor, group: Tensor) -> Tensor:
    """Share of correct predictions among the samples of a group of classes.

    Args:
        correct: (N,) bool.
        labels: (N,) int64.
        group: (C,) bool, the classes of the group.

    Returns:
        Scalar float64 in [0, 1]; nan where the group has no sample.

    Examples:
        >>> correct = torch.tensor([True, False, True])
        >>> many = torch.tensor([True, False])
        >>> group_accuracy(correct, torch.tensor([0, 0, 1]), many)
        tensor(0.5000, dtype=torch.float64)

    Source:
        Textbook: accuracy of a part of the samples.
    """
    members = group.to(labels.device)[labels]
    hits = (correct & members).sum().double()
    return hits / members.sum().double()
