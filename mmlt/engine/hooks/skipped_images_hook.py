import logging
from collections.abc import Iterator

from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmpretrain.registry import HOOKS

from mmlt.datasets.long_tailed_list import LongTailedList

__all__ = ['SkippedImagesHook']

NAMED = 5  # images that the message names


@HOOKS.register_module()
class SkippedImagesHook(Hook):
    """Logs after every epoch how many training images were skipped.

    It applies to data sets that skip unreadable images (``LongTailedList``
    with ``on_bad_image='skip'``), also inside a wrapper; otherwise it does
    nothing. The numbers are totals over all processes.
    """

    def before_train(self, runner) -> None:
        """Begin to count."""
        lists = skipping_lists(runner.train_dataloader.dataset)
        self._before = sum(part.skipped.total for part in lists)

    def after_train_epoch(self, runner) -> None:
        """Log what was skipped since the last time."""
        lists = list(skipping_lists(runner.train_dataloader.dataset))
        if not lists:
            return
        total = sum(part.skipped.total for part in lists)
        paths = [
            part.get_data_info(index)['img_path']
            for part in lists
            for index in part.skipped.indices
        ]
        parts = all_gather_object((total - self._before, paths))
        self._before = total
        count = sum(part[0] for part in parts)
        paths = sorted({path for part in parts for path in part[1]})
        if not count:
            return
        more = '' if len(paths) <= NAMED else ', ...'
        print_log(
            f'Epoch {runner.epoch + 1}: images of the training set that could '
            f'not be read and were skipped: {count}. Different ones since the '
            f'start: {len(paths)} ({", ".join(paths[:NAMED])}{more}).',
            logger='current',
            level=logging.WARNING,
        )


def skipping_lists(dataset) -> Iterator[LongTailedList]:
    """The data sets that may skip images, inside any wrappers."""
    if isinstance(dataset, LongTailedList):
        if dataset.on_bad_image == 'skip':
            dataset.full_init()
            yield dataset
        return
    inner = getattr(dataset, 'datasets', None) or [
        getattr(dataset, 'dataset', None)
    ]
    for part in inner:
        if part is not None:
            yield from skipping_lists(part)
