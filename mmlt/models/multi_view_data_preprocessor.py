from collections.abc import Sequence

from mmpretrain.registry import MODELS
from torch import Tensor, nn

from .data_preprocessor import BatchDataPreprocessor

__all__ = ['MultiViewDataPreprocessor']


@MODELS.register_module()
class MultiViewDataPreprocessor(BatchDataPreprocessor):
    """Augments every training batch several times, for a contrastive loss.

    In training ``inputs`` is a tuple of (N, 3, H, W); otherwise it is as in
    :class:`BatchDataPreprocessor`. Whole batches get as many views as there
    are settings; those of a pipeline bring them along (mmpretrain's
    ``MultiView``) and are normalized alone.

    Args:
        augments: Configs of batch augmentations for the first view.
        other_augments: Those for each further view.
        **kwargs: As :class:`BatchDataPreprocessor`, without what mixes
            images.

    Raises:
        ValueError: If there is no further view, or images are to be mixed.
        TypeError: In training, if a pipeline brings another number of views.

    Source:
        He et al. (MoCo), CVPR 2020, https://arxiv.org/abs/1911.05722: two
        views of each image. Zhu et al. (BCL), CVPR 2022,
        https://arxiv.org/abs/2207.09052: three.
    """

    def __init__(
        self,
        augments: Sequence[dict] = (),
        other_augments: Sequence[Sequence[dict]] = ((),),
        **kwargs,
    ) -> None:
        mixes = [k for k in ('mixing', 'batch_augments') if kwargs.get(k)]
        if mixes or not len(other_augments):
            raise ValueError(
                'Expected further views in `other_augments` and no mixed '
                f'images, but got {len(other_augments)} views and '
                f'{mixes or "no mixing"}. A contrast asks which images are '
                'of one class.'
            )
        super().__init__(augments=augments, **kwargs)
        self.others = nn.ModuleList(
            BatchDataPreprocessor(augments=each, **kwargs)
            for each in other_augments
        )
        for other in self.others:
            # one stream of random numbers: else all views had the same
            other._epoch_generator = self._epoch_generator

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch ready for the network.

        Args:
            data: ``inputs`` and ``data_samples`` from the data loader.
            training: Whether to augment, once for every view.

        Returns:
            The same keys.
        """
        if not training:
            return super().forward(data, training)
        views = self._views(data['inputs'])
        first = super().forward({**data, 'inputs': views[0]}, training)
        others = [
            other({**data, 'inputs': view}, training)['inputs']
            for other, view in zip(self.others, views[1:], strict=True)
        ]
        first['inputs'] = (first['inputs'], *others)
        return first

    def _views(self, inputs: Tensor | Sequence) -> Sequence:
        """Images of each view: those of a pipeline, or the same for all.

        Raises:
            TypeError: If there are fewer or more than settings.
        """
        wanted = 1 + len(self.others)
        one = isinstance(inputs, Tensor) or (
            isinstance(inputs[0], Tensor) and inputs[0].dim() == 3
        )
        if one:
            return [inputs] * wanted
        if len(inputs) != wanted:
            raise TypeError(
                f'Expected {wanted} views of every image, as many as '
                f'`augments` and `other_augments` name, but the pipeline '
                f'brings {len(inputs)}. Give `other_augments` one entry for '
                'each view after the first.'
            )
        return inputs
