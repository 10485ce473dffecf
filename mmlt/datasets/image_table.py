from collections.abc import Sequence

import numpy as np

__all__ = ['ImageTable']


class ImageTable(Sequence):
    """File names and labels of many images, without a Python object each.

    All names are one block of bytes, so half a million images take what
    their names take and 16 bytes each, and worker processes share them.

    Args:
        names: The names one after another, uint8.
        ends: (N,) where each name ends in ``names``.
        labels: (N,) int64.
    """

    def __init__(
        self, names: np.ndarray, ends: np.ndarray, labels: np.ndarray
    ) -> None:
        self.names = names
        self.ends = ends
        self.labels = labels

    def __len__(self) -> int:
        return len(self.labels)

    def name(self, index: int) -> str:
        """File name of an image, as it stands in the list."""
        return self._bytes(index).decode('utf-8', 'surrogateescape')

    def all_names(self) -> list[str]:
        """File names of all images; quick, but an object for each."""
        block, begin, names = self.names.tobytes(), 0, []
        for end in self.ends.tolist():
            names.append(block[begin:end].decode('utf-8', 'surrogateescape'))
            begin = end
        return names

    def _bytes(self, index: int) -> bytes:
        index = range(len(self))[index]
        begin = self.ends[index - 1] if index else 0
        return self.names[begin : self.ends[index]].tobytes()

    def take(self, rows: Sequence[int]) -> 'ImageTable':
        """A table of some of the images, in the order of ``rows``."""
        rows = np.arange(len(self))[np.asarray(rows, dtype=np.int64)]
        names = [self._bytes(row) for row in rows.tolist()]
        return ImageTable(
            np.frombuffer(b''.join(names), np.uint8),
            np.cumsum([len(name) for name in names], dtype=np.int64),
            self.labels[rows],
        )

    def __getitem__(self, index: int | slice) -> 'dict | ImageTable':
        if isinstance(index, slice):
            return self.take(range(len(self))[index])
        return {
            'img_path': self.name(index),
            'gt_label': int(self.labels[index]),
        }
