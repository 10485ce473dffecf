from collections.abc import Sequence

from mmpretrain.registry import MODELS
from torch import nn

from .multi_view_data_preprocessor import MultiViewDataPreprocessor

__all__ = ['MixedViewDataPreprocessor']


@MODELS.register_module()
class MixedViewDataPreprocessor(MultiViewDataPreprocessor):
    """:class:`MultiViewDataPreprocessor` that mixes images of the first view.

    The classifier learns from mixed images and labels, the contrast from the
    other views, whose images are whole. ``label_a`` of the ``MixedLabels`` is
    the label of these.

    Args:
        augments: Configs of batch augmentations for the first view.
        other_augments: Those for each further view.
        mixing: As :class:`BatchDataPreprocessor`; a mixture that keeps every
            image of the batch in its place (``BatchMixup``, ``BatchRemix``).
        **kwargs: As :class:`MultiViewDataPreprocessor`.

    Raises:
        TypeError: In training, if the mixture has another number of images
            than the batch.

    Source:
        Ours; mixup: Zhang et al., ICLR 2018, https://arxiv.org/abs/1710.09412
    """

    def __init__(
        self,
        augments: Sequence[dict] = (),
        other_augments: Sequence[Sequence[dict]] = ((),),
        mixing: dict | nn.Module | None = None,
        **kwargs,
    ) -> None:
        super().__init__(augments, other_augments, **kwargs)
        if isinstance(mixing, dict):
            mixing = MODELS.build(mixing)
        self.mixing = mixing
        self._check_soft_labels()

    def forward(self, data: dict, training: bool = False) -> dict:
        """As :class:`MultiViewDataPreprocessor`."""
        data = super().forward(data, training)
        if training:
            first, second = data['inputs'][:2]
            if len(first) != len(second):
                raise TypeError(
                    'Expected a mixture of as many images as the batch has, '
                    f'but {type(self.mixing).__name__} made {len(first)} of '
                    f'{len(second)}: the other views show other images. Use '
                    'BatchMixup or BatchRemix.'
                )
        return data
