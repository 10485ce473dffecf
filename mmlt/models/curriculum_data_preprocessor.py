from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import next_levels, trials_per_level
from mmlt.functional.checks import check_integer, check_real
from mmlt.structures import is_batch, labels_of

from .batch_augments import BatchGradedAugment
from .data_preprocessor import BatchDataPreprocessor

__all__ = ['CurriculumDataPreprocessor']


@MODELS.register_module()
class CurriculumDataPreprocessor(BatchDataPreprocessor):
    """Augments each class as strongly as the network can follow (CUDA).

    Every class has a level, which begins at 0. ``AugmentCurriculumHook``
    tries the network before every epoch on augmented training images and
    moves the levels; they are in the checkpoint.

    Args:
        augments: Configs of batch augmentations before the graded one.
        later_augments: Those behind it, such as ``BatchCutout``.
        graded: Settings of ``BatchGradedAugment``.
        highest: Level that no class exceeds, >= 0.
        num_trials: Images of each class that are tried at level 0; at level
            l there are l + 1 times as many.
        accept: Share that must be right for a class to rise, in [0, 1].
        **kwargs: As :class:`BatchDataPreprocessor`; ``num_classes`` is
            needed.

    Raises:
        ValueError: If a setting is out of range, or there is no
            ``num_classes``.
        TypeError: In training, for batches that are no whole ones.
        RuntimeError: In training, if the levels were never measured.

    Source:
        Ahn et al. (CUDA), ICLR 2023,
        https://openreview.net/forum?id=RgUPdudkWlN; the defaults are those
        of
        https://github.com/sumyeongahn/CUDA_LTR/blob/f4c8d35ffff7242e97eadb71c6880f1cb5cee01a/cifar/utils/config.py#L23-L33
    """

    def __init__(
        self,
        augments: Sequence[dict] = (),
        later_augments: Sequence[dict] = (),
        graded: dict | None = None,
        highest: int = 10,
        num_trials: int = 10,
        accept: float = 0.6,
        **kwargs,
    ) -> None:
        check_integer('highest', highest, 0, 'The published one is 10.')
        check_integer('num_trials', num_trials, 1, 'The published one is 10.')
        check_real('accept', accept, 0, 'The published one is 0.6.', high=1)
        part = BatchGradedAugment(**(graded or {}))
        super().__init__([*augments, part, *later_augments], **kwargs)
        if self.num_classes is None:
            raise ValueError(
                'Expected `data_preprocessor.num_classes`, since every class '
                'has a level, but got None. Set it to the number of classes.'
            )
        self.graded = part
        self.highest = highest
        self.num_trials = num_trials
        self.accept = accept
        levels = torch.zeros(self.num_classes, dtype=torch.long)
        self.register_buffer('levels', levels)
        # for which epoch they hold
        self.register_buffer('levels_epoch', torch.tensor(-1))
        self.is_measured = False
        self._trial: torch.Generator | None = None

    @property
    def generator(self) -> torch.Generator:
        """Source of the random numbers: of the epoch, or of a trial."""
        return super().generator if self._trial is None else self._trial

    def suppose(self, level: int) -> None:
        """Set every class to one level, where no network was tried.

        Args:
            level: In [0, ``highest``].
        """
        check_integer('level', level, 0, 'Every class begins at 0.')
        self.levels.fill_(min(level, self.highest))
        self.is_measured = True

    def trials(self, epoch: int) -> Tensor | None:
        """How many images to try before an epoch.

        Args:
            epoch: About to begin, counted from 0.

        Returns:
            (C, L + 1) int64 on the CPU; None if the levels are those of this
            epoch, as in a run that goes on in its middle.
        """
        if int(self.levels_epoch) == epoch:
            self.is_measured = True
            return None
        levels = self.levels.cpu()
        return trials_per_level(levels, self.num_trials, self.highest)

    def move(self, correct: Tensor, trials: Tensor, epoch: int) -> None:
        """Raise or lower the levels.

        Args:
            correct: (C, L + 1), how many trials the network got right.
            trials: (C, L + 1), of how many.
            epoch: For which they will hold.
        """
        levels = next_levels(self.levels.cpu(), correct, trials, self.accept)
        self.levels.copy_(levels)
        self.levels_epoch.fill_(epoch)
        self.is_measured = True

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch ready for the network.

        Args:
            data: ``inputs`` and ``data_samples`` from the data loader.
            training: Whether to augment, each image at the level of its
                class.

        Returns:
            The same keys; ``inputs`` (N, 3, H, W) float32 on the device.
        """
        if training and self._trial is None:
            self._check_training(data)
            labels = labels_of(data['data_samples']).to(self.levels.device)
            self.graded.hand(self.levels[labels])
        return super().forward(data, training)

    def _check_training(self, data: dict) -> None:
        if not is_batch(data.get('data_samples')):
            raise TypeError(
                'Expected whole batches, whose images are augmented by the '
                'level of their class, but got a list of images. Set '
                "`collate_fn=dict(type='batch_collate')` in the dataloader."
            )
        if not self.is_measured:
            raise RuntimeError(
                'Expected the levels of CurriculumDataPreprocessor to be '
                'measured before an epoch, but they were not. Add '
                "dict(type='AugmentCurriculumHook') to `custom_hooks`, or "
                'call `move` or `suppose`.'
            )

    def trial(
        self, data: dict, levels: Tensor, generator: torch.Generator
    ) -> dict:
        """Make a batch ready as in training, at stated levels, unmixed.

        Args:
            data: ``inputs`` and ``data_samples`` from a data loader.
            levels: (N,) of the images.
            generator: Source of the random numbers, on the device.

        Returns:
            The same keys.
        """
        with self._at_trial(generator):
            self.graded.hand(levels.to(self.levels.device), always=True)
            return super().forward(data, True)

    @contextmanager
    def _at_trial(self, generator: torch.Generator) -> Iterator[None]:
        """Draw from another generator, and mix no images."""
        mixing, soft = self.mixing, self.batch_augments
        self.mixing = self.batch_augments = None
        self._trial = generator
        try:
            yield
        finally:
            self.mixing, self.batch_augments = mixing, soft
            self._trial = None
