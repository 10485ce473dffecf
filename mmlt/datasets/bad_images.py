import torch
from torch.utils.data import get_worker_info

__all__ = ['BadImageError']

MAX_WORKERS = 1024


class BadImageError(RuntimeError):
    """An image file is missing, damaged, or is not an image."""


class SkippedImages:
    """Images that were skipped, counted across worker processes.

    The numbers are in memory that the workers of a data loader share with
    the process that made them; each worker writes its own place, so no lock
    is needed.

    Args:
        num_images: N.
    """

    def __init__(self, num_images: int) -> None:
        self._seen = torch.zeros(num_images, dtype=torch.uint8)
        self._seen.share_memory_()
        self._counts = torch.zeros(MAX_WORKERS + 1, dtype=torch.int64)
        self._counts.share_memory_()

    def add(self, index: int) -> bool:
        """Count an image; whether it is the first time for this image."""
        worker = get_worker_info()
        place = 0 if worker is None else 1 + worker.id % MAX_WORKERS
        self._counts[place] += 1
        first = not self._seen[index]
        self._seen[index] = 1
        return first

    @property
    def total(self) -> int:
        """How often an image was skipped, repetitions included."""
        return int(self._counts.sum())

    @property
    def indices(self) -> list[int]:
        """The images that were skipped, each once."""
        return self._seen.nonzero().flatten().tolist()

    def __deepcopy__(self, memo: dict) -> 'SkippedImages':
        # a copy of a dataset that is not a subset counts in the same place
        return self
