from collections.abc import Sequence

from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmlt.structures import labels_of

from .long_tail_classifier import LongTailClassifier

__all__ = ['NCLClassifier']


@MODELS.register_module()
class NCLClassifier(LongTailClassifier):
    """Several whole networks on the same batch, for ``NCLClsHead``.

    The features of the networks stand side by side, so that necks (pooling,
    ``FCCNeck``) work as for one.

    Args:
        backbone: Config of one network.
        num_experts: Number of networks; that of the head must be the same.
        contrast: Config of the contrastive branch
            (``MomentumContrast``, without its encoder), or None. With it a
            batch needs two views (``TwoViewDataPreprocessor``).
        **kwargs: As :class:`LongTailClassifier`.

    Source:
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359
    """

    def __init__(
        self,
        backbone: dict,
        *args,
        num_experts: int = 3,
        contrast: dict | None = None,
        **kwargs,
    ) -> None:
        super().__init__(
            dict(
                type='ParallelBackbones',
                backbone=backbone,
                num_experts=num_experts,
            ),
            *args,
            **kwargs,
        )
        self.contrast: nn.Module | None = None
        if contrast is not None:
            self.contrast = MODELS.build(
                dict(contrast, encoder=self.backbone, num_experts=num_experts)
            )

    def init_weights(self) -> None:
        """Initialize; the contrast's slower networks begin as copies."""
        super().init_weights()
        if self.contrast is not None:
            self.contrast.follow(self.backbone, momentum=0)

    def loss(
        self,
        inputs: Tensor | tuple[Tensor, Tensor],
        data_samples: Sequence[DataSample],
    ) -> dict[str, Tensor]:
        """Losses of a training batch.

        Args:
            inputs: (N, 3, H, W); with ``contrast``, two views of them.
            data_samples: N ``DataSample``, or one ``BatchDataSample``.

        Returns:
            Named scalar losses.
        """
        if self.contrast is None:
            return super().loss(inputs, data_samples)
        if isinstance(inputs, Tensor):
            raise TypeError(
                'Expected two views of a batch for `contrast`, but got one. '
                "Set `data_preprocessor=dict(type='TwoViewDataPreprocessor')`"
                ', or drop `contrast`.'
            )
        images, other_view = inputs
        maps = self.extract_feat(images, stage='backbone')
        feats, _ = self._through_necks(maps, labels_of(data_samples))
        losses = self.head.loss(feats, data_samples)
        losses['loss_contrast'] = self.contrast(
            self.backbone, maps, other_view
        )
        return losses
