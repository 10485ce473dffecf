import tarfile
from pathlib import Path
from typing import Any

import mmengine.dist as dist
import numpy as np
from mmpretrain.datasets import CIFAR10, CIFAR100
from mmpretrain.datasets.utils import calculate_md5, download_url
from mmpretrain.registry import DATASETS

from .in_memory import InMemoryDataset
from .plain_pickle import read_plain_pickle

__all__ = ['CIFAR100LT', 'CIFAR10LT']


@DATASETS.register_module()
class CIFAR10LT(InMemoryDataset, CIFAR10):
    """Long-tailed CIFAR-10: 12,406 training images at imbalance ratio 100.

    The training split keeps, row for row, the images that the field uses
    (:func:`~mmlt.functional.long_tailed_indices`); the test split is the
    official one, balanced. Class 0 is the largest.

    Args:
        data_root: Folder that holds, or will hold, ``cifar-10-batches-py``.
        split: 'train' or 'test'.
        imbalance_ratio: n_max / n_min >= 1 of the training split; None keeps
            all 50,000 images.
        profile: 'exponential', 'step' or 'pareto'.
        seed: Seed of the selection; 0 is the field's.
        download: Whether to download the official archive when a file is
            missing (main process only).
        verify_md5: Whether to check the files against the published sums.
        **kwargs: As mmpretrain's ``CIFAR10``: ``pipeline``, ``metainfo``,
            ``indices``, ``lazy_init``, ...

    Raises:
        ValueError: If ``split`` or a setting of the selection is wrong.
        FileNotFoundError: If a file is missing and cannot be downloaded.
        RuntimeError: If a file is not the published one.
        ValueError: If ``verify_md5`` is False and a file holds no images of
            that form.

    Source:
        Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html; Cui et
        al., CVPR 2019, https://arxiv.org/abs/1901.05555; Cao et al. (LDAM),
        NeurIPS 2019, https://arxiv.org/abs/1906.07413, whose selection it
        takes:
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/imbalance_cifar.py#L17-L49
    """

    image_size = 32

    def __init__(
        self,
        data_root: str = '',
        split: str = 'train',
        imbalance_ratio: float | None = 100,
        profile: str = 'exponential',
        seed: int = 0,
        download: bool = True,
        verify_md5: bool = True,
        **kwargs,
    ) -> None:
        self.set_selection(split, imbalance_ratio, profile, seed)
        if not data_root and not kwargs.get('data_prefix'):
            raise ValueError(
                'Expected `data_root` to be the folder of '
                f'{self.base_folder}, but got {data_root!r}. Set '
                '`data_root`.'
            )
        self.verify_md5 = verify_md5
        # the arrays are shared with the workers, nothing to serialize
        kwargs.setdefault('serialize_data', False)
        kwargs.setdefault('test_mode', split == 'test')
        super().__init__(
            data_root=data_root, split=split, download=download, **kwargs
        )

    def load_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Read the official python files of the split."""
        self._fetch_files()
        images, labels = [], []
        for name, md5 in self._files():
            path = self._folder / name
            if self.verify_md5 and (got := calculate_md5(str(path))) != md5:
                raise RuntimeError(
                    f'Expected {path} to be the published file (md5 {md5}), '
                    f'but got md5 {got}: it is damaged or incomplete. '
                    'Delete it and run again to download it, or put the '
                    'official file there.'
                )
            pixels, classes = arrays_of(read_plain_pickle(path), path)
            images.append(pixels)
            labels.append(classes)
        images = np.concatenate(images).reshape(-1, 3, 32, 32)
        return images.transpose(0, 2, 3, 1), np.concatenate(labels)

    @property
    def _folder(self) -> Path:
        root = self.data_prefix['root'] or self.data_root
        return Path(root).expanduser() / self.base_folder

    def _files(self) -> list[list[str]]:
        return self.train_list if self.split == 'train' else self.test_list

    def _missing(self) -> list[Path]:
        paths = [self._folder / name for name, _ in self._files()]
        return [p for p in paths if not p.is_file()]

    def _fetch_files(self) -> None:
        """Download the archive where a file is missing, on one process."""
        reason = '`download=False`'
        if self.download and dist.is_main_process() and self._missing():
            folder = self._folder.parent
            try:
                download_url(
                    self.url, str(folder), self.filename, self.tgz_md5
                )
                with tarfile.open(folder / self.filename) as archive:
                    # 'data': nothing outside of the folder, no device
                    archive.extractall(folder, filter='data')
            except (OSError, RuntimeError, tarfile.TarError) as error:
                reason = f'the download of {self.url} failed ({error})'
        dist.barrier()
        if missing := self._missing():
            raise FileNotFoundError(
                f'Expected the files of {type(self).__name__} in '
                f'{self._folder}, but {missing[0].name} '
                f'({len(missing)} in all) is not there, and {reason}. Put '
                f'the folder {self.base_folder} of {self.url} into '
                f'{self._folder.parent}, or set `data_root`.'
            )


@DATASETS.register_module()
class CIFAR100LT(CIFAR10LT, CIFAR100):
    """Long-tailed CIFAR-100: 10,847 training images at imbalance ratio 100.

    Arguments, errors and source as :class:`CIFAR10LT`; the files are those
    of ``cifar-100-python``, the labels the 100 fine ones.

    Source:
        Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html; Cui et
        al., CVPR 2019, https://arxiv.org/abs/1901.05555; Cao et al. (LDAM),
        NeurIPS 2019, https://arxiv.org/abs/1906.07413, whose selection it
        takes:
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/imbalance_cifar.py#L17-L49
    """


def arrays_of(entry: Any, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and labels of one file.

    Args:
        entry: What the file holds.
        path: Of the file, for the messages.

    Returns:
        (N, 3072) uint8 and (N,) int64.

    Raises:
        ValueError: If they are missing or of another form.
    """
    keys = list(entry) if isinstance(entry, dict) else []
    name = next((k for k in ('labels', 'fine_labels') if k in keys), None)
    if 'data' not in keys or name is None:
        has = ', '.join(map(str, keys))[:60] or type(entry).__name__
        raise ValueError(
            f'Expected {path} to hold `data` and `labels` (CIFAR-100: '
            f'`fine_labels`), but it has {has}. Put the official file there.'
        )
    pixels, labels = np.asarray(entry['data']), np.asarray(entry[name])
    if pixels.dtype != np.uint8 or pixels.shape[1:] != (3 * 32 * 32,):
        raise ValueError(
            f'Expected `data` in {path} to be (N, 3072) bytes, but got '
            f'{pixels.shape} of {pixels.dtype}. Put the official file there.'
        )
    if labels.dtype.kind not in 'iu' or labels.shape != pixels.shape[:1]:
        raise ValueError(
            f'Expected `{name}` in {path} to be {len(pixels)} class numbers, '
            f'one for each image, but got {labels.shape} of {labels.dtype}. '
            'Put the official file there.'
        )
    return pixels, labels.astype(np.int64)
