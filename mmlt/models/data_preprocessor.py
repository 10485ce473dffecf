from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from mmpretrain.models import ClsDataPreprocessor
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional.augment import normalize_batch
from mmlt.structures import BatchDataSample, is_batch, labels_of

from .epoch_generator import EpochGenerator

__all__ = ['BatchDataPreprocessor']


@MODELS.register_module()
class BatchDataPreprocessor(ClsDataPreprocessor):
    """Moves, augments, normalizes and mixes whole batches, on the device.

    It takes what ``batch_collate`` makes (one uint8 tensor and one
    ``BatchDataSample``). Anything else, such as a list of images from a
    pipeline, is handled as in mmpretrain's ``ClsDataPreprocessor``, without
    ``augments``, and is mixed as well.

    The random numbers depend on the seed of the run (``randomness``), the
    epoch and the process alone, so a resumed run draws those that an
    uninterrupted one would.

    Args:
        augments: Configs of batch augmentations (``BatchRandomCrop``,
            ``BatchRandomFlip``), applied in order to training batches, each
            image with its own random numbers. They see RGB where
            ``to_rgb`` makes it of BGR.
        mixing: Config of a mixture of whole images (``BatchMixup``,
            ``BatchRemix``), made of training batches after the
            normalization. The batch's ``gt_label`` is then ``MixedLabels``.
        channels_last: Whether the network's input gets channels-last
            memory, in which convolutions are faster.
        **kwargs: As ``ClsDataPreprocessor``: ``mean``, ``std``, ...
            ``to_onehot`` and ``batch_augments`` (mmpretrain's ``Mixup``,
            ``CutMix``, ``ResizeMix``; also as ``train_cfg.augments`` of the
            model) make soft labels (N, C) of training batches, and are not
            for use with ``mixing``; ``pad_size_divisor`` is not used for
            whole batches, which have one size.

    Raises:
        ValueError: If ``mixing`` is combined with ``to_onehot`` or
            ``batch_augments``, or one of these without ``num_classes``.

    Source:
        Ours: mmpretrain's ``ClsDataPreprocessor``
        (https://mmpretrain.readthedocs.io/en/latest/api/data_process.html),
        for one uint8 tensor per batch.
    """

    def __init__(
        self,
        augments: Sequence[dict] = (),
        mixing: dict | nn.Module | None = None,
        channels_last: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self._non_blocking = True  # not among mmpretrain's arguments
        self.augments = nn.ModuleList(
            a if isinstance(a, nn.Module) else MODELS.build(a)
            for a in augments
        )
        if isinstance(mixing, dict):
            mixing = MODELS.build(mixing)
        self.mixing = mixing
        self._onehot_asked = kwargs.get('to_onehot', False)
        self._check_soft_labels()
        self.channels_last = channels_last
        self._epoch_generator = EpochGenerator()

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Seed the random numbers of an epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        self._epoch_generator.set_epoch(epoch)

    def random_state(self) -> torch.Tensor | None:
        """How far the random numbers of the epoch are; None: at the start."""
        return self._epoch_generator.state()

    def set_random_state(self, state: torch.Tensor | None) -> None:
        """Go on with them from what :meth:`random_state` was.

        Args:
            state: Of the same epoch, after :meth:`set_progress`.
        """
        self._epoch_generator.set_state(state)

    @property
    def generator(self) -> torch.Generator:
        """Source of the random numbers of this epoch, on the device."""
        return self._epoch_generator.on(self.device)

    def _check_soft_labels(self) -> None:
        """Check what soft labels need; a hook may switch them on."""
        if not self.to_onehot:
            return
        if self.mixing is not None:
            raise ValueError(
                'Expected `mixing` without `to_onehot` and `batch_augments`, '
                'but got both: labels are mixed once. Drop one of the two.'
            )
        if self.num_classes is None:
            raise ValueError(
                'Expected `data_preprocessor.num_classes` with `to_onehot` '
                'and `batch_augments`, but got None: soft labels have one '
                'entry per class. Set it to the number of classes.'
            )

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch ready for the network.

        Args:
            data: ``inputs`` and ``data_samples`` from the data loader.
            training: Whether to augment.

        Returns:
            The same keys; ``inputs`` (N, 3, H, W) float32 on the device.
        """
        check_images(
            data['inputs'], self.mean if self._enable_normalize else None
        )
        # SwitchRecipeHook sets `batch_augments` alone, and None to end them
        self.to_onehot = self._onehot_asked or self.batch_augments is not None
        self._check_soft_labels()
        if not is_batch(data.get('data_samples')):
            if self.batch_augments is None or not training:
                data = super().forward(data, training)
            else:
                with draws_from(self.generator):
                    data = super().forward(data, training)
            return self._mixed(data) if training else data
        data = self.cast_data(data)
        inputs = data['inputs']
        if self._enable_normalize and inputs.shape[1] == 1:
            # gray: each channel of the network gets the same
            inputs = inputs.expand(-1, self.mean.numel(), -1, -1)
        if self.to_rgb:
            inputs = inputs.flip(1)  # before the colors are augmented
        if training:
            for augment in self.augments:
                inputs = augment(inputs, self.generator)
        if self._enable_normalize:
            inputs = normalize_batch(inputs, self.mean, self.std)
        else:
            inputs = inputs.float()
        data['inputs'] = inputs
        if training:
            data = self._mixed(self._softened(data))
        layout = (
            torch.channels_last
            if self.channels_last
            else (torch.contiguous_format)
        )
        data['inputs'] = data['inputs'].contiguous(memory_format=layout)
        return data

    def _softened(self, data: dict) -> dict:
        """A whole batch with soft labels, where they are asked for."""
        if not self.to_onehot:
            return data
        inputs, labels = data['inputs'], labels_of(data['data_samples'])
        if labels.dim() == 1:
            labels = F.one_hot(labels, self.num_classes)
        if self.batch_augments is not None:
            with draws_from(self.generator):
                inputs, labels = self.batch_augments(inputs, labels)
        samples = [BatchDataSample(gt_label=labels.float())]
        return {**data, 'inputs': inputs, 'data_samples': samples}

    def _mixed(self, data: dict) -> dict:
        """The batch after ``mixing``, as one ``BatchDataSample``."""
        if self.mixing is None:
            return data
        inputs, labels = self.mixing(
            data['inputs'], labels_of(data['data_samples']), self.generator
        )
        samples = [BatchDataSample(gt_label=labels)]
        return {**data, 'inputs': inputs, 'data_samples': samples}


def check_images(
    images: Tensor | Sequence[Tensor], mean: Tensor | None = None
) -> None:
    """Check that images have pixels and channels that can be normalized.

    Args:
        images: (N, C, H, W), or N of (C, H, W).
        mean: (M, 1, 1); None: they are not normalized.

    Raises:
        ValueError: If their pixels are integers of more than 8 bits, or
            neither 1 nor M channels; M = 1 is for any number.
    """
    first = images[0]
    if not first.is_floating_point() and first.dtype != torch.uint8:
        raise ValueError(
            'Expected images of 8 bits (uint8), but got '
            f'{str(first.dtype).removeprefix("torch.")}: mean and standard '
            'deviation are those of pixels from 0 to 255. Load them with '
            "LoadImageFromFile(color_type='color'), or scale them in the "
            'pipeline.'
        )
    if mean is None:
        return
    channels, wanted = first.shape[0], mean.numel()
    if wanted != 1 and channels not in (1, wanted):
        raise ValueError(
            f'Expected images of {wanted} channels, as many as `mean` has '
            f'numbers, or of one (gray), but got {channels}. Load them with '
            "LoadImageFromFile(color_type='color'), or give `mean` and "
            '`std` a number for every channel.'
        )


@contextmanager
def draws_from(generator: torch.Generator) -> Iterator[None]:
    """Let numpy's and torch's own random numbers follow from a generator.

    mmpretrain's batch augmentations draw from them. The states of before
    are put back.

    Args:
        generator: On any device; one number is drawn from it.
    """
    seed = torch.randint(
        2**31, (1,), generator=generator, device=generator.device
    )
    state = np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(seed))
        np.random.seed(int(seed))
        try:
            yield
        finally:
            np.random.set_state(state)
