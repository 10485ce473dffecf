import logging
from collections.abc import Iterator, Sized

import numpy as np

from mmlt.datasets.labels import dataset_labels
from mmlt.functional import sample_rows, sampling_probabilities
from mmlt.functional.sampling import check_strategy
from mmlt.functional.schedule import check_epoch, epoch_of
from mmlt.parents import DATA_SAMPLERS, print_log

from .shuffled_sampler import ShuffledSampler

__all__ = ['LongTailSampler']


@DATA_SAMPLERS.register_module()
class LongTailSampler(ShuffledSampler):
    """Draws a class by a strategy, then one of its images, with replacement.

    Convention:
        - an epoch is as long as the ``DefaultSampler``'s; with
          ``pair_with_uniform`` twice as long.
        - the sequence of an epoch follows from ``seed`` and the epoch alone,
          so a resumed run draws what an uninterrupted one would. Each of W
          processes takes every W-th image (or pair) of this one sequence,
          which is the same for any W (but for its length, rounded up).
        - the epoch comes from mmengine's ``DistSamplerSeedHook`` or from
          ``LongTailHook``, which also tells the number of epochs.

    Args:
        dataset: Any data set with one label per image, or the labels alone:
            what :func:`~mmlt.datasets.labels.dataset_labels` takes.
        strategy: 'class_balanced', 'square_root', 'progressive' or
            'reverse': :func:`mmlt.functional.sampling_probabilities`.
        begin: Epoch of the first draw by the strategy (deferred
            re-sampling, DRS): an int counts from 0, a float in [0, 1) is a
            share of the schedule (0.8 is epoch 160 of 200;
            :func:`~mmlt.functional.epoch_of`). Before it, images are
            shuffled without replacement: the ``DefaultSampler``'s very
            sequence. Progressive sampling still counts its epochs from 0.
        pair_with_uniform: Whether each image comes after one of plain
            shuffling, so that a batch of 128 is 64 of each (as BBN feeds
            its two branches). An epoch is N such pairs: every image once,
            and N drawn by the strategy.
        seed: Seed of the sequence; None takes one that all processes share.
        round_up: Whether every process has equally many images, some drawn
            beyond the length of the dataset.
        shard: Whether each process draws its part alone. False where a
            trainer deals the batches out itself (accelerate, and with it
            Hugging Face's ``Trainer``): every process draws all. Lightning
            does so unless told ``use_distributed_sampler=False``.

    Raises:
        ValueError: If a setting is something else, or the labels of the
            dataset are not known.

    Source:
        Kang et al., ICLR 2020, https://arxiv.org/abs/1910.09217; reverse: Zhou
        et al. (BBN), CVPR 2020, https://arxiv.org/abs/1912.02413
    """

    def __init__(
        self,
        dataset: Sized,
        strategy: str = 'class_balanced',
        begin: int | float = 0,
        pair_with_uniform: bool = False,
        seed: int | None = None,
        round_up: bool = True,
        shard: bool = True,
    ) -> None:
        check_strategy(strategy)
        begin = check_epoch('begin', begin)
        if pair_with_uniform and begin:
            raise ValueError(
                'Expected `begin=0` together with `pair_with_uniform`, but '
                f'got {begin}. Drop one of the two: the length of an epoch '
                'cannot change.'
            )
        super().__init__(dataset, seed, round_up, shard)
        self.strategy = strategy
        self.begin = begin
        self.pair_with_uniform = pair_with_uniform
        self.max_epochs: int | None = None
        labels = dataset_labels(dataset)[: len(dataset)]
        if not len(labels) or labels.min() < 0:
            raise ValueError(
                'Expected a dataset with images, and labels >= 0, but got '
                f'{len(labels)} images with the lowest label '
                f'{labels.min() if len(labels) else None}. Check its '
                'annotations.'
            )
        self.rows = np.argsort(labels, kind='stable')
        self.counts = np.bincount(labels)

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Tell the epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        if epoch == epoch_of(self.begin, max_epochs) > 0:
            print_log(
                f'{self.strategy} sampling from epoch {epoch + 1} of '
                f'{max_epochs} (begin={self.begin}).',
                logger='current',
                level=logging.INFO,
            )
        self.epoch = epoch
        self.max_epochs = max_epochs

    def __iter__(self) -> Iterator[int]:
        """Row numbers of an epoch, of this process."""
        if self.epoch < epoch_of(self.begin, self.max_epochs):
            return super().__iter__()
        drawn = self._draw()
        if self.pair_with_uniform:
            uniform = np.fromiter(super().__iter__(), dtype=np.int64)
            drawn = np.stack([uniform, drawn], axis=1).ravel()
        return iter(drawn.tolist())

    def _draw(self) -> np.ndarray:
        """Images that the strategy draws in this epoch for this process."""
        probabilities = sampling_probabilities(
            self.counts, self.strategy, self.epoch, self.max_epochs
        )
        # a frozen generator: numpy promises its numbers for all versions
        rng = np.random.RandomState([self.seed % 2**32, self.epoch])
        drawn = sample_rows(
            self.rows, self.counts, probabilities, self.total_size, rng
        )
        return drawn[self.rank :: self.world_size]

    def __len__(self) -> int:
        """Number of images of an epoch, of this process."""
        return self.num_samples * (2 if self.pair_with_uniform else 1)
