import logging
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from mmengine.dataset import force_full_init
from mmengine.fileio import exists, get_file_backend, get_local_path
from mmengine.logging import print_log
from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import DATASETS

from mmlt.functional import class_counts
from mmlt.functional.checks import check_choice

from .bad_images import BadImageError, SkippedImages
from .image_check import check_is_file
from .image_table import ImageTable
from .known_splits import KNOWN_SPLITS, LISTS_FROM
from .list_file import read_list

__all__ = ['LongTailedList']


@DATASETS.register_module()
class LongTailedList(BaseDataset):
    """Images that a list names: lines of ``path label``.

    For your own data, and the lists of
    ``tools/dataset_tools/make_longtail.py``; ImageNet-LT, Places-LT and
    iNaturalist 2018 have classes of their own. The format is that of
    :func:`~mmlt.datasets.read_list`.

    Convention: an image that cannot be read is never replaced by another. It
    stops the run, or, with ``on_bad_image='skip'``, its batch is smaller by
    one image and the loss is the mean of the others. Each such image is logged
    once by name, and ``SkippedImagesHook`` logs how many there were in an
    epoch. The numbers of batches and of steps do not change, so processes stay
    in step; if processes have batches of different size, images of the smaller
    batch weigh slightly more (the mean over processes is a mean of means). The
    class counts are those of the list. A batch without any image left stops
    the run.

    Args:
        ann_file: The list, relative to ``data_root``.
        data_root: Folder of list and images.
        data_prefix: Folder in front of the paths of the list, relative to
            ``data_root``.
        on_bad_image: 'error' or 'skip'; in test mode only 'error', since
            a result on fewer images is not comparable.
        **kwargs: As mmpretrain's ``BaseDataset``: ``pipeline``,
            ``metainfo=dict(classes=[...])`` or ``classes`` (names, or a
            file with one per line), ``test_mode``, ``lazy_init``, ...
            ``serialize_data`` and ``max_refetch`` are not used.

    Raises:
        FileNotFoundError: If the list is missing; says where to get it.
        ValueError: If a setting is wrong, the classes are not named, or a
            line of the list is wrong (with its number).

    Source:
        Ours: a reader of lists. The format ``path label`` is that of Liu et
        al. (OLTR), CVPR 2019, https://arxiv.org/abs/1904.05160.
    """

    known_name: str | None = None  # key of KNOWN_SPLITS

    def __init__(
        self,
        ann_file: str,
        data_root: str = '',
        data_prefix: str | dict = '',
        on_bad_image: str = 'error',
        **kwargs,
    ) -> None:
        check_choice('on_bad_image', on_bad_image, ('error', 'skip'))
        if on_bad_image == 'skip' and kwargs.get('test_mode'):
            raise ValueError(
                "Expected `on_bad_image='error'` in test mode, but got "
                "'skip': a result over fewer images is not comparable. Find "
                'the images with tools/dataset_tools/verify_splits.py and '
                'mend them.'
            )
        self.on_bad_image = on_bad_image
        # the table is one block of memory already
        kwargs['serialize_data'] = False
        super().__init__(
            ann_file,
            data_root=data_root,
            data_prefix=data_prefix,
            **kwargs,
        )

    def read(self, path: str, num_classes: int) -> ImageTable:
        """Read the list; a subclass may read another format."""
        return read_list(path, num_classes)

    def load_data_list(self) -> ImageTable:
        """Names and labels of the list."""
        name = type(self).__name__
        if not self.CLASSES:
            raise ValueError(
                f'Expected {name} to know its classes, but got none. Pass '
                "`classes='classes.txt'` (one name per line) or "
                '`metainfo=dict(classes=[...])`.'
            )
        if not self.ann_file or not exists(self.ann_file):
            source = LISTS_FROM.get(
                self.known_name,
                'Write one with tools/dataset_tools/make_longtail.py, or set '
                '`ann_file` and `data_root`.',
            )
            raise FileNotFoundError(
                f'Expected the list of {name} at {self.ann_file!r}, but '
                f'there is no such file. {source}'
            )
        with get_local_path(self.ann_file) as path:
            return self.read(path, len(self.CLASSES))

    def full_init(self) -> None:
        """Read the list, once, and count the images of each class."""
        if self._fully_initialized:
            return
        super().full_init()
        if not len(self.data_list):
            raise ValueError(
                f'Expected {type(self).__name__} to have an image, but '
                f'`indices={self._indices}` leaves none. Leave it out.'
            )
        self._count()
        self._compare_with_known()
        if self.known_name is None:  # published lists have their own checks
            self._check_rows()

    def _count(self) -> None:
        counts = class_counts(self.data_list.labels, len(self.CLASSES))
        self._metainfo['class_counts'] = counts.tolist()
        self.skipped = SkippedImages(len(self.data_list))

    def _check_rows(self) -> None:
        """See that no image has two labels; log those that are there twice.

        And the classes that have no image.
        """
        labels: dict[str, int] = {}
        names = self.data_list.all_names()
        for name, label in zip(
            names, self.data_list.labels.tolist(), strict=True
        ):
            first = labels.setdefault(name, label)
            if first != label:
                raise ValueError(
                    f'Expected every image of {self.ann_file} to have one '
                    f'label, but {name} has {first} and {label}. Take one of '
                    'its lines out.'
                )
        repeated = len(names) - len(labels)
        counts = self._metainfo['class_counts']
        empty = [c for c, n in zip(self.CLASSES, counts, strict=True) if not n]
        said = []
        if repeated:
            said.append(f'{repeated} lines repeat an image')
        if empty:
            more = ', ...' if len(empty) > 3 else ''
            said.append(
                f'{len(empty)} of {len(counts)} classes have no image '
                f'({", ".join(map(str, empty[:3]))}{more})'
            )
        if said:
            print_log(
                f'{self.ann_file}: {"; ".join(said)}.',
                logger='current',
                level=logging.WARNING,
            )

    def _compare_with_known(self) -> None:
        """Log if a list of a published name differs from the published one."""
        for split in KNOWN_SPLITS.get(self.known_name, {}).values():
            whole = self._indices is None
            if whole and self.ann_file.endswith(split.file):
                difference = split.difference(self._metainfo['class_counts'])
                if difference:
                    print_log(
                        f'{self.ann_file} is not the published list: '
                        f'{difference}. Results will not be comparable.',
                        logger='current',
                        level=logging.WARNING,
                    )

    def relabel(self, places: np.ndarray, classes: tuple[str, ...]) -> None:
        """Replace labels by their places among other classes.

        Args:
            places: (C,) new label of each old one.
            classes: Names of the new ones.
        """
        table = self.data_list
        labels = places[table.labels]
        self.data_list = ImageTable(table.names, table.ends, labels)
        self._metainfo['classes'] = classes
        self._count()

    def image_paths(self) -> list[str]:
        """Paths of all images."""
        return [
            self._backend.join_path(self.img_prefix, name)
            for name in self.data_list.all_names()
        ]

    def _get_unserialized_subset(
        self, indices: int | Sequence[int]
    ) -> ImageTable:
        if isinstance(indices, int):
            first = slice(indices) if indices >= 0 else slice(indices, None)
            return self.data_list[first]
        return self.data_list.take(indices)

    def get_subset_(self, indices: int | Sequence[int]) -> None:
        """Keep some of the images, as in mmengine's ``BaseDataset``."""
        super().get_subset_(indices)
        self._count()

    def get_subset(self, indices: int | Sequence[int]) -> 'LongTailedList':
        """A dataset of some of the images, as in ``BaseDataset``."""
        subset = super().get_subset(indices)
        subset._count()
        return subset

    @cached_property
    def _backend(self):
        return get_file_backend(self.img_prefix, enable_singleton=True)

    @force_full_init
    def get_data_info(self, idx: int) -> dict:
        """Path, label and index of an image."""
        info = self.data_list[idx]
        info['img_path'] = self._backend.join_path(
            self.img_prefix, info['img_path']
        )
        info['sample_idx'] = range(len(self))[idx]
        return info

    @force_full_init
    def get_gt_labels(self) -> np.ndarray:
        """(N,) labels, without a loop over images."""
        return self.data_list.labels

    @force_full_init
    def get_cat_ids(self, idx: int) -> list[int]:
        """The label of an image, in a list."""
        return [int(self.data_list.labels[idx])]

    def prepare_data(self, idx: int) -> dict:
        """Run the pipeline on an image.

        Raises:
            BadImageError: If the transform that reads the file fails.
        """
        info = self.get_data_info(idx)
        path, label = info['img_path'], info['gt_label']
        for transform in self.pipeline.transforms:
            loading = 'img' not in info
            try:
                if loading:
                    check_is_file(path)
                info, before = transform(info), info
            except Exception as error:
                # what fails after reading is a mistake of the pipeline
                if not loading:
                    raise
                advice = (
                    'Mend or remove it (tools/dataset_tools/verify_splits.py '
                    "finds all of them), or set `on_bad_image='skip'` for "
                    'training.'
                )
                if self.on_bad_image == 'skip':
                    advice = 'It is left out.'
                raise BadImageError(
                    f'Expected an image at {path} (label {label}, index {idx} '
                    f'of {self.ann_file}), but it cannot be read '
                    f'({type(error).__name__}: {error}). {advice}'
                ) from error
            if info is None:
                kind = BadImageError if 'img' not in before else ValueError
                raise kind(
                    f'Expected {type(transform).__name__} to return an '
                    f'image, but it returned None for {path}. Is the file '
                    'damaged?'
                )
        return info

    @force_full_init
    def __getitem__(self, idx: int) -> dict:
        return self.prepare_data(idx)

    @force_full_init
    def __getitems__(self, indices: Sequence[int]) -> list[dict]:
        """Images of a batch, as a data loader asks for them."""
        if self.on_bad_image == 'error':
            return [self[idx] for idx in indices]
        batch = []
        for idx in indices:
            try:
                batch.append(self[idx])
            except BadImageError as error:
                last = error
                if self.skipped.add(idx):
                    print_log(
                        f'Skipped: {error}',
                        logger='current',
                        level=logging.WARNING,
                    )
        if not batch:
            raise BadImageError(
                'Expected a batch with an image that can be read, but got '
                f'none of the {len(indices)} images. The last one: {last}'
            )
        return batch
