"""Levels of augmentation per class, by what the network gets right (CUDA)."""

import torch
from torch import Tensor

from .checks import check_integer, check_real

__all__ = ['next_levels', 'trials_per_level']


def trials_per_level(
    levels: Tensor, num_trials: int = 10, highest: int = 10
) -> Tensor:
    """How many augmented images of each class are tried at each level.

    At level l, up to that of the class, ``num_trials`` (l + 1) of them; at
    the levels above none.

    Args:
        levels: (C,) integers in [0, ``highest``].
        num_trials: Images at level 0, >= 1.
        highest: Level that no class exceeds, >= 0.

    Returns:
        (C, ``highest`` + 1) int64.

    Raises:
        ValueError: If a setting is out of range.

    Examples:
        >>> trials_per_level(torch.tensor([0, 2]), 10, highest=3)
        tensor([[10,  0,  0,  0],
                [10, 20, 30,  0]])

    Source:
        Ahn et al. (CUDA), ICLR 2023,
        https://openreview.net/forum?id=RgUPdudkWlN;
        https://github.com/sumyeongahn/CUDA_LTR/blob/f4c8d35ffff7242e97eadb71c6880f1cb5cee01a/cifar/train/train_fn/base.py#L39-L47
    """
    check_integer('num_trials', num_trials, 1, 'The published one is 10.')
    check_integer('highest', highest, 0, 'The published one is 10.')
    steps = torch.arange(highest + 1, device=levels.device)
    return num_trials * (steps + 1) * (steps <= levels[:, None])


def next_levels(
    levels: Tensor,
    correct: Tensor,
    trials: Tensor,
    accept: float = 0.6,
) -> Tensor:
    """Levels of the next epoch.

    A class rises by one if, at each level up to its own, more than a share
    ``accept`` of its augmented images was predicted right, and falls by one
    otherwise. A class without a trial at one of them falls.

    Args:
        levels: (C,) integers in [0, L].
        correct: (C, L + 1), how many images were predicted right.
        trials: (C, L + 1), of how many.
        accept: Share in [0, 1].

    Returns:
        As ``levels``, within [0, L].

    Raises:
        ValueError: If ``accept`` is out of range.

    Examples:
        >>> correct = torch.tensor([[9, 0, 0], [9, 3, 0], [6, 0, 0]])
        >>> trials = torch.tensor([[10, 0, 0], [10, 20, 0], [10, 0, 0]])
        >>> next_levels(torch.tensor([0, 1, 0]), correct, trials)
        tensor([1, 0, 0])

    Source:
        Ahn et al. (CUDA), ICLR 2023,
        https://openreview.net/forum?id=RgUPdudkWlN;
        https://github.com/sumyeongahn/CUDA_LTR/blob/f4c8d35ffff7242e97eadb71c6880f1cb5cee01a/cifar/train/train_fn/base.py#L71-L94
    """
    check_real('accept', accept, 0, 'The published one is 0.6.', high=1)
    steps = torch.arange(correct.shape[1], device=levels.device)
    # float32, as the published code divides: 6 of 10 is not above 0.6
    passed = correct.float() / trials.float() > accept
    rises = (passed | (steps > levels[:, None])).all(dim=1)
    changed = levels + torch.where(rises, 1, -1)
    return changed.clamp(0, correct.shape[1] - 1)
