"""Predictions that say of which images they are."""

from dataclasses import dataclass

from torch import Tensor

from .predictions import Predictions

__all__ = ['ImagePredictions']


@dataclass
class ImagePredictions(Predictions):
    """Predictions, and which image of the data set each is of.

    Args:
        image_paths: N paths as the data set gives them; None where it has
            no files (images in memory), or in a file of an earlier version.
        sample_idx: (N,) int64 place of each image in the data set, 0 the
            first; None in a file of an earlier version.
    """

    image_paths: list[str] | None = None
    sample_idx: Tensor | None = None

    def __post_init__(self) -> None:
        """Raise where the parts do not fit together.

        Raises:
            ValueError: Naming it.
        """
        super().__post_init__()
        for name in ('image_paths', 'sample_idx'):
            value = getattr(self, name)
            if value is not None and len(value) != len(self.labels):
                raise ValueError(
                    f'Expected `{name}` of {len(self.labels)} samples, but '
                    f'got {len(value)}. Give one per sample.'
                )
