"""Random numbers of each training image, whichever process loads it.

A pipeline draws from the global generators of Python, numpy and torch, which
mmengine seeds once per worker process, without the epoch: every epoch would
begin with the same numbers, and a resumed run would draw others. Here every
image has numbers of its own, which follow from the seed of the run, the epoch
and the place of the image in the epoch's order.

The place, because an image that a sampler draws twice in an epoch must get two
different crops, which its index alone could not give. A worker does not know
the place, so it travels with the batch's indices, and with it the epoch: a
worker that persists, or loads ahead, needs to be told nothing.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from mmengine.dist import get_dist_info
from torch.utils.data import DataLoader, get_worker_info

__all__ = [
    'SeededBatch',
    'SeededBatchSampler',
    'restore',
    'seed_images',
    'seed_numbers',
    'states',
]


def seed_numbers(seed: int, epoch: int, place: int) -> None:
    """Seed the generators of Python, numpy and torch (CPU) for an image.

    The three get seeds of their own: numpy and torch are the same generator,
    and with one seed would draw the same numbers.

    Args:
        seed: Of the run.
        epoch: Counted from 0.
        place: In the order of the epoch, counted from 0.
    """
    key = hashlib.blake2b(f'{seed},{epoch},{place}'.encode(), digest_size=16)
    digest = key.digest()
    random.seed(int.from_bytes(digest[:8], 'little'))
    # both take 32 bits: numpy refuses more, torch's generator drops them
    np.random.seed(int.from_bytes(digest[8:12], 'little'))
    # not torch.manual_seed, which turns to every device
    torch.default_generator.manual_seed(int.from_bytes(digest[12:], 'little'))


class SeededBatch(list):
    """Indices of a batch that seed the generators one after another.

    Convention:
        - :meth:`each` seeds the generators before every index that it gives,
          so ``[dataset[i] for i in batch.each()]`` loads every image with
          its own random numbers. Iterating does the same: that is how
          torch's ``DataLoader`` takes the images of a dataset that knows
          nothing of this class.
        - slicing seeds nothing: a dataset that needs all indices at once
          takes ``batch[:]``, a plain list.
        - a wrapper passes :meth:`with_indices` on to the dataset that it
          wraps, or its images share random numbers.

    Generators other than these three are not seeded.

    Args:
        indices: Of the images.
        seed: Of the run.
        epoch: Counted from 0.
        places: Of the images in the order of the epoch.
    """

    def __init__(
        self,
        indices: Sequence[int],
        seed: int,
        epoch: int,
        places: Sequence[int],
    ) -> None:
        super().__init__(indices)
        self.key = (seed, epoch, places)

    def each(self) -> Iterator[int]:
        """The indices; before each, the generators are seeded for its image.

        After the last index the main process has its generators as they
        were; a worker process draws for images alone.
        """
        kept = None if get_worker_info() else states()
        seed, epoch, places = self.key
        for index, place in zip(self[:], places, strict=True):
            seed_numbers(seed, epoch, place)
            yield index
        # not in a `finally`: after an error that would run whenever the
        # traceback is forgotten, under somebody else's numbers
        if kept is not None:
            restore(*kept)

    def __iter__(self) -> Iterator[int]:
        return self.each()

    def with_indices(self, indices: Sequence[int]) -> 'SeededBatch':
        """The same random numbers for the indices of a wrapped dataset."""
        return SeededBatch(indices, *self.key)

    def __reduce__(self) -> tuple:
        # a list would be pickled by iteration
        return SeededBatch, (self[:], *self.key)


def states() -> tuple:
    """States of the three generators."""
    return random.getstate(), np.random.get_state(), torch.get_rng_state()


def restore(python: tuple, numpy: tuple, state: torch.Tensor) -> None:
    """Put the three generators back."""
    random.setstate(python)
    np.random.set_state(numpy)
    torch.set_rng_state(state)


class SeededBatchSampler:
    """The batches of another batch sampler, as :class:`SeededBatch`.

    Convention: of W processes, process r has the places r, r + W, ... in
    its own order, as the ``DefaultSampler`` deals them out. So no two
    processes share numbers, and an image has those it has in one process.

    Args:
        batches: The other batch sampler.
        seed: Of the run.
    """

    def __init__(self, batches, seed: int) -> None:
        self.batches = batches
        self.seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int, begin: int = 0) -> None:
        """Tell the epoch that begins next; without it, one after another.

        Args:
            epoch: Counted from 0.
            begin: Images of it that this process has had, where a resumed
                run goes on inside.
        """
        self.epoch = epoch
        self.begin = begin
        self.left_out = 0

    def leave_out(self, batches: int) -> None:
        """Begin the next epoch after so many batches, which are not loaded.

        Args:
            batches: Those that a training had before it was stopped.
        """
        self.left_out = batches

    def __iter__(self) -> Iterator[SeededBatch]:
        rank, world_size = get_dist_info()
        epoch, done, left_out = self.epoch, self.begin, self.left_out
        self.set_epoch(epoch + 1)
        for number, indices in enumerate(self.batches):
            places = range(done, done + len(indices))
            done += len(indices)
            if number < left_out:
                continue
            yield SeededBatch(
                indices,
                self.seed,
                epoch,
                [rank + place * world_size for place in places],
            )

    def __len__(self) -> int:
        return len(self.batches)

    def __getattr__(self, name: str):
        # `sampler`, `batch_size`, `drop_last`: mmengine asks for them
        if name == 'batches':  # a copy in the making
            raise AttributeError(name)
        return getattr(self.batches, name)


def seed_images(loader: DataLoader, seed: int) -> SeededBatchSampler | None:
    """Make a data loader serve seeded batches, from its next epoch on.

    Args:
        loader: Not asked for images yet. Its arguments stay what they are.
        seed: Of the run.

    Returns:
        The new batch sampler, whose ``set_epoch`` must be called; None for
        anything but a ``DataLoader`` of batches, which is left unchanged.
    """
    batches = getattr(loader, 'batch_sampler', None)
    if not isinstance(loader, DataLoader) or batches is None:
        return None
    if isinstance(batches, SeededBatchSampler):
        batches.seed = seed
        return batches
    seeded = SeededBatchSampler(batches, seed)
    # a DataLoader refuses another batch sampler, since `batch_size` and
    # `sampler` could then say something else; these batches are the same
    object.__setattr__(loader, 'batch_sampler', seeded)
    return seeded
