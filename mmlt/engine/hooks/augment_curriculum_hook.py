import logging
from collections.abc import Iterator

import numpy as np
import torch
from mmengine.dist import all_reduce, get_dist_info
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import EpochBasedTrainLoop
from mmpretrain.registry import HOOKS
from torch import Tensor
from torch.utils.data import DataLoader

from mmlt.datasets.labels import dataset_labels
from mmlt.datasets.seeded_batches import SeededBatch
from mmlt.functional.checks import check_integer
from mmlt.structures import is_batch

from .runner_parts import unwrap

__all__ = ['AugmentCurriculumHook']


@HOOKS.register_module()
class AugmentCurriculumHook(Hook):
    """Moves the levels of augmentation by what the network gets right (CUDA).

    Before every epoch it draws training images of each class, augments them
    at every level up to that of the class, lets the network predict them,
    and tells ``CurriculumDataPreprocessor`` how many were right. The draws
    follow from the seed of the run and the epoch, so a resumed run has the
    levels of an uninterrupted one. In distributed training each process
    tries a part, and all get the same levels.

    Args:
        batch_size: Of the trials.

    Raises:
        ValueError: If ``batch_size`` < 1, or the loop counts iterations.
        TypeError: If the data preprocessor has no levels.

    Source:
        Ahn et al. (CUDA), ICLR 2023,
        https://openreview.net/forum?id=RgUPdudkWlN;
        https://github.com/sumyeongahn/CUDA_LTR/blob/f4c8d35ffff7242e97eadb71c6880f1cb5cee01a/cifar/train/train_fn/base.py#L18-L94
    """

    # after LongTailHook (HIGH), which tells the epoch to the parts
    priority = 'NORMAL'

    def __init__(self, batch_size: int = 256) -> None:
        check_integer('batch_size', batch_size, 1, 'The default is 256.')
        self.batch_size = batch_size

    def before_train(self, runner) -> None:
        """Look at the parts, and sort the images by class."""
        pixels = unwrap(runner.model).data_preprocessor
        if not hasattr(pixels, 'suppose'):
            raise TypeError(
                'Expected a data preprocessor whose levels can be moved, but '
                f'got {type(pixels).__name__}. Set `data_preprocessor='
                "dict(type='CurriculumDataPreprocessor')`, or drop "
                'AugmentCurriculumHook.'
            )
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            raise ValueError(
                'Expected a training that counts epochs, before which the '
                'levels are moved, but its loop is '
                f'{type(runner.train_loop).__name__}. Set '
                '`train_cfg=dict(by_epoch=True, max_epochs=...)`.'
            )
        labels = dataset_labels(runner.train_dataloader.dataset)
        self._images = [
            np.flatnonzero(labels == c) for c in range(pixels.num_classes)
        ]

    def before_train_epoch(self, runner) -> None:
        """Try the network, and move the levels."""
        pixels = unwrap(runner.model).data_preprocessor
        trials = pixels.trials(runner.epoch)
        if trials is None:
            return
        empty = [c for c, rows in enumerate(self._images) if not len(rows)]
        trials[empty] = 0
        correct = self._correct(runner, trials).cpu()
        pixels.move(correct, trials, runner.epoch)
        levels = pixels.levels
        print_log(
            f'Levels of augmentation: {int(levels.min())} to '
            f'{int(levels.max())}, {levels.float().mean():.2f} on average.',
            logger='current',
            level=logging.INFO,
        )

    @torch.no_grad()
    def _correct(self, runner, trials: Tensor) -> Tensor:
        """How many of each class and level (C, L + 1) are predicted right."""
        model = unwrap(runner.model)
        training = model.training
        model.eval()
        correct = torch.zeros_like(
            trials, device=model.data_preprocessor.device
        )
        for classes, levels, data in self._batches(runner, trials):
            results = model(**data, mode='predict')
            right = predicted(results).to(correct.device) == classes
            places = classes * correct.shape[1] + levels
            correct.view(-1).index_add_(0, places, right.to(correct))
        all_reduce(correct)
        model.train(training)
        return correct

    def _batches(self, runner, trials: Tensor) -> Iterator[tuple]:
        """Classes, levels and data of the batches of this process."""
        pixels = unwrap(runner.model).data_preprocessor
        rows, classes, levels = drawn(
            trials, self._images, [runner.seed, runner.epoch]
        )
        rank, world_size = get_dist_info()
        parts = list(range(0, len(rows), self.batch_size))
        mine = list(enumerate(parts))[rank::world_size]
        loaded = trial_loader(
            runner.train_dataloader,
            [rows[first : first + self.batch_size] for _, first in mine],
            [first for _, first in mine],
            (runner.seed, runner.epoch),
        )
        device = pixels.device
        for (number, first), data in zip(mine, loaded, strict=True):
            some = slice(first, first + self.batch_size)
            generator = torch.Generator(device).manual_seed(
                hash((runner.seed, runner.epoch, number)) % 2**63
            )
            each = levels[some].to(device)
            data = pixels.trial(data, each, generator)
            yield classes[some].to(device), each, data


def drawn(
    trials: Tensor, images: list[np.ndarray], seed: list[int]
) -> tuple[list[int], Tensor, Tensor]:
    """Rows, classes and levels of the images to try, one after another.

    Args:
        trials: (C, L + 1) of each class and level.
        images: Rows of each class, drawn from with replacement.
        seed: Of the draw.
    """
    random = np.random.default_rng(seed)
    rows = []
    for of_class, numbers in zip(images, trials.tolist(), strict=True):
        if sum(numbers):
            rows += random.choice(of_class, sum(numbers)).tolist()
    num_classes, num_levels = trials.shape
    each = trials.flatten()
    classes = torch.arange(num_classes).repeat_interleave(num_levels)
    levels = torch.arange(num_levels).repeat(num_classes)
    return (
        rows,
        classes.repeat_interleave(each),
        levels.repeat_interleave(each),
    )


def trial_loader(
    loader: DataLoader,
    batches: list[list[int]],
    places: list[int],
    seed: tuple[int, int],
) -> DataLoader:
    """Loader of stated rows of the data set of another.

    Args:
        loader: Of the training.
        batches: Rows of each batch.
        places: Of the first image of each batch among all.
        seed: Of the run, and the epoch.
    """
    seeded = [
        # places below 0: those of the training count from 0
        SeededBatch(rows, *seed, [-1 - first - k for k in range(len(rows))])
        for rows, first in zip(batches, places, strict=True)
    ]
    return DataLoader(
        loader.dataset,
        batch_sampler=seeded,
        collate_fn=loader.collate_fn,
        num_workers=loader.num_workers,
        worker_init_fn=loader.worker_init_fn,
        multiprocessing_context=loader.multiprocessing_context,
        # the draws of a run must not depend on there being trials
        generator=torch.Generator().manual_seed(0),
    )


def predicted(results: list) -> Tensor:
    """Predicted classes (N,) of what a classifier returns."""
    if is_batch(results):
        return results[0].pred_label
    return torch.cat([sample.pred_label for sample in results])
