import numpy as np
from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import DATASETS

from .in_memory import InMemoryDataset

__all__ = ['DigitsLT']


@DATASETS.register_module()
class DigitsLT(InMemoryDataset, BaseDataset):
    """Long-tailed handwritten digits, embedded: no download.

    The 1,797 images (8 x 8, 10 classes) of scikit-learn. The last 40 images
    of each class are the balanced test split (400); of the others, 134 to
    143 per class, the training split keeps a long tail: 130 images of
    class 0 down to 6 of class 9 at ratio 20 (438 in all).

    Args:
        split: 'train' or 'test'.
        imbalance_ratio: n_max / n_min >= 1 of the training split; None keeps
            all images that are not in the test split.
        profile: 'exponential', 'step' or 'pareto'.
        seed: Seed of the selection.
        max_count: Images of the largest class, at most 134.
        **kwargs: As mmpretrain's ``BaseDataset``: ``pipeline``, ...

    Raises:
        ValueError: If ``split`` or a setting of the selection is wrong.

    Source:
        Alpaydin and Kaynak, UCI, 1998, https://doi.org/10.24432/C50P49,
        through ``sklearn.datasets.load_digits``.
    """

    METAINFO = {'classes': tuple('0123456789')}
    image_size = 8
    test_per_class = 40

    def __init__(
        self,
        split: str = 'train',
        imbalance_ratio: float | None = 20,
        profile: str = 'exponential',
        seed: int = 0,
        max_count: int = 130,
        **kwargs,
    ) -> None:
        self.set_selection(split, imbalance_ratio, profile, seed)
        self.max_count = max_count
        kwargs.setdefault('serialize_data', False)
        kwargs.setdefault('test_mode', split == 'test')
        super().__init__(ann_file='', **kwargs)

    def load_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Read scikit-learn's digits and cut off the test images."""
        from sklearn.datasets import load_digits

        images, labels = load_digits(return_X_y=True)
        # 17 gray levels, 0..16, spread over 0..255, as three equal channels
        images = np.round(images.reshape(-1, 8, 8, 1) * (255 / 16))
        images = np.repeat(images.astype(np.uint8), 3, axis=3)
        test = np.concatenate(
            [
                np.flatnonzero(labels == c)[-self.test_per_class :]
                for c in range(10)
            ]
        )
        chosen = np.zeros(len(labels), dtype=bool)
        chosen[test] = True
        if self.split == 'train':
            chosen = ~chosen
        return images[chosen], labels[chosen]
