from collections.abc import Sequence

from mmpretrain.registry import MODELS

from .data_preprocessor import BatchDataPreprocessor

__all__ = ['TwoViewDataPreprocessor']


@MODELS.register_module()
class TwoViewDataPreprocessor(BatchDataPreprocessor):
    """Augments every training batch twice, for a contrastive loss.

    In training ``inputs`` is a pair of (N, 3, H, W); otherwise it is as in
    :class:`BatchDataPreprocessor`. Only whole batches have two views.

    Args:
        augments: Configs of batch augmentations for the first view.
        second_augments: Those for the second.
        **kwargs: As :class:`BatchDataPreprocessor`.

    Source:
        He et al. (MoCo), CVPR 2020, https://arxiv.org/abs/1911.05722: two
        views of each image.
    """

    def __init__(
        self,
        augments: Sequence[dict] = (),
        second_augments: Sequence[dict] = (),
        **kwargs,
    ) -> None:
        super().__init__(augments=augments, **kwargs)
        self.second = BatchDataPreprocessor(augments=second_augments, **kwargs)
        # one stream of random numbers: else both views had the same
        self.second._epoch_generator = self._epoch_generator

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch ready for the network.

        Args:
            data: ``inputs`` and ``data_samples`` from the data loader.
            training: Whether to augment, twice.

        Returns:
            The same keys.
        """
        first = super().forward(dict(data), training)
        if training:
            second = self.second(dict(data), training)
            first['inputs'] = (first['inputs'], second['inputs'])
        return first
