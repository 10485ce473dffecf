from collections.abc import Sequence

from mmpretrain.registry import MODELS

from .multi_view_data_preprocessor import MultiViewDataPreprocessor

__all__ = ['TwoViewDataPreprocessor']


@MODELS.register_module()
class TwoViewDataPreprocessor(MultiViewDataPreprocessor):
    """:class:`MultiViewDataPreprocessor` for two views.

    Args:
        augments: Configs of batch augmentations for the first view.
        second_augments: Those for the second.
        **kwargs: As :class:`MultiViewDataPreprocessor`.

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
        super().__init__(augments, [second_augments], **kwargs)
