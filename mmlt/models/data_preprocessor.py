from collections.abc import Sequence

import torch
from mmengine.dist import get_rank
from mmpretrain.models import ClsDataPreprocessor
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.functional.augment import normalize_batch
from mmlt.structures import is_batch


@MODELS.register_module()
class BatchDataPreprocessor(ClsDataPreprocessor):
    """Moves, augments and normalises whole batches, on the device.

    It takes what ``batch_collate`` makes (one uint8 tensor and one
    ``BatchDataSample``). Anything else, such as a list of images from the
    classic pipeline, goes the parent's way, without ``augments``.

    Args:
        augments: Configs of batch augmentations (``BatchRandomCrop``,
            ``BatchRandomFlip``), applied in order to training batches, each
            image with its own random numbers. They see RGB where
            ``to_rgb`` makes it of BGR.
        channels_last: Whether the network's input gets channels-last
            memory, in which convolutions are faster.
        **kwargs: As the parent's: ``mean``, ``std``, ``to_rgb``, ...
            ``to_onehot`` and ``batch_augments`` are for single images
            alone; ``pad_size_divisor`` is not used for whole batches, which
            have one size.

    The random numbers depend on the seed of the run (``randomness``), the
    epoch and the process alone, so a resumed run draws those that an
    uninterrupted one would.
    """

    def __init__(
        self,
        augments: Sequence[dict] = (),
        channels_last: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self._non_blocking = True  # not among the parent's arguments
        self.augments = nn.ModuleList(
            a if isinstance(a, nn.Module) else MODELS.build(a)
            for a in augments
        )
        self.channels_last = channels_last
        self._generator: torch.Generator | None = None
        self._epoch = 0

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Seed the random numbers of an epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        self._epoch = epoch
        self._generator = None

    @property
    def generator(self) -> torch.Generator:
        """Source of the random numbers of this epoch, on the device."""
        if self._generator is None:
            seed = hash((torch.initial_seed(), self._epoch, get_rank()))
            self._generator = torch.Generator(self.device)
            self._generator.manual_seed(seed % 2**63)
        return self._generator

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch ready for the network.

        Args:
            data: ``inputs`` and ``data_samples`` from the data loader.
            training: Whether to augment.

        Returns:
            The same keys; ``inputs`` (N, 3, H, W) float32 on the device.
        """
        if not is_batch(data.get('data_samples')):
            return super().forward(data, training)
        if self.to_onehot:
            raise ValueError(
                'Expected whole batches without `to_onehot` and '
                '`batch_augments`, which make soft labels per image. Set a '
                '`pipeline` in the dataset and drop `batch_collate`, or drop '
                'these options.'
            )
        data = self.cast_data(data)
        inputs = data['inputs']
        if self.to_rgb:
            inputs = inputs.flip(1)  # before the colours are augmented
        if training:
            for augment in self.augments:
                inputs = augment(inputs, self.generator)
        if self._enable_normalize:
            inputs = normalize_batch(inputs, self.mean, self.std)
        else:
            inputs = inputs.float()
        layout = (
            torch.channels_last
            if self.channels_last
            else (torch.contiguous_format)
        )
        data['inputs'] = inputs.contiguous(memory_format=layout)
        return data
