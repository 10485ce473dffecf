"""Shuffling over any number of processes, in plain PyTorch."""

import math
from collections.abc import Iterator, Sized

import numpy as np
import torch
from torch import distributed
from torch.utils.data import Sampler

__all__ = ['ShuffledSampler']


class ShuffledSampler(Sampler[int]):
    """Each image once an epoch, in the order of mmengine's sampler.

    Convention:
        The order of an epoch follows from ``seed`` and the epoch alone; each
        of W processes takes every W-th image of it.

    Args:
        dataset: What is drawn from.
        seed: Of the order; None takes one that all processes share.
        round_up: Whether every process has equally many images, the first
            ones of the order being drawn twice where needed.
        shard: Whether each process draws its part alone. False where a
            trainer deals the batches out itself (accelerate, and with it
            Hugging Face's ``Trainer``): every process draws all.
    """

    def __init__(
        self,
        dataset: Sized,
        seed: int | None = None,
        round_up: bool = True,
        shard: bool = True,
    ) -> None:
        self.rank, self.world_size = place() if shard else (0, 1)
        self.dataset = dataset
        self.seed = shared_seed() if seed is None else seed
        self.epoch = 0
        self.round_up = round_up
        if round_up:
            self.num_samples = math.ceil(len(dataset) / self.world_size)
            self.total_size = self.num_samples * self.world_size
        else:
            rest = len(dataset) - self.rank
            self.num_samples = math.ceil(rest / self.world_size)
            self.total_size = len(dataset)

    def __iter__(self) -> Iterator[int]:
        """Row numbers of an epoch, of this process."""
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        order = torch.randperm(len(self.dataset), generator=generator)
        order = order.repeat(math.ceil(self.total_size / len(order)))
        own = order[self.rank : self.total_size : self.world_size]
        return iter(own.tolist())

    def __len__(self) -> int:
        """Number of images of an epoch, of this process."""
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Tell the epoch, which changes the order.

        Args:
            epoch: Counted from 0.
        """
        self.epoch = epoch


def place() -> tuple[int, int]:
    """Rank of this process, and how many there are."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def shared_seed() -> int:
    """A seed, the same in all processes."""
    seed = [np.random.randint(2**31)]
    if place()[1] > 1:
        distributed.broadcast_object_list(seed)
    return int(seed[0])
