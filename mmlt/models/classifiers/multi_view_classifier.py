from collections.abc import Sequence

import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmlt.structures import MixedLabels, labels_of

from .long_tail_classifier import LongTailClassifier

__all__ = ['MultiViewClassifier']


@MODELS.register_module()
class MultiViewClassifier(LongTailClassifier):
    """A classifier on the first view of a batch, a contrast on the others.

    All views pass the network together, so that they share the statistics of
    batch normalization. The contrast sees the pooled features before the
    necks; the classifier those behind them. At test it is a
    ``LongTailClassifier``.

    Args:
        *args: As :class:`LongTailClassifier`.
        contrast: Config of a branch (``VMFContrast``, ``BalancedContrast``);
            where it names none, ``num_classes`` is that of the head and
            ``in_channels`` that of all its experts together. Called with the
            features (V, N, D) of V views, the labels and the head, it returns
            a scalar loss. Where the images of the first view are mixed, the
            labels are those of the other views.
        **kwargs: As :class:`LongTailClassifier`.

    Raises:
        TypeError: In training, if a batch has one view alone.

    Source:
        Zhu et al. (BCL), CVPR 2022, https://arxiv.org/abs/2207.09052; Du et
        al. (ProCo), TPAMI 2024, https://arxiv.org/abs/2403.06726
    """

    def __init__(self, *args, contrast: dict | nn.Module, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(contrast, dict):
            experts = getattr(self.head, 'num_experts', 1)
            sizes = dict(
                num_classes=self.head.num_classes,
                in_channels=self.head.in_channels * experts,
            )
            contrast = MODELS.build({**sizes, **contrast})
        self.contrast = contrast

    def loss(
        self,
        inputs: Sequence[Tensor],
        data_samples: Sequence[DataSample],
    ) -> dict[str, Tensor]:
        """Losses of a training batch.

        Args:
            inputs: V views of it, each (N, 3, H, W).
            data_samples: N ``DataSample``, or one ``BatchDataSample``.

        Returns:
            Named scalar losses.
        """
        if isinstance(inputs, Tensor) or len(inputs) < 2:
            raise TypeError(
                'Expected several views of a batch, but got one. Set '
                "`data_preprocessor=dict(type='MultiViewDataPreprocessor')`."
            )
        labels = labels_of(data_samples)
        num = len(inputs[0])
        maps = self.backbone(torch.cat(tuple(inputs)))
        first = tuple(stage[:num] for stage in maps)
        feats, _ = self._through_necks(first, labels)
        losses = self.head.loss(feats, data_samples)
        if isinstance(labels, MixedLabels):
            labels = labels.label_a
        pooled = (
            maps[-1].flatten(2).mean(2) if maps[-1].dim() > 2 else maps[-1]
        )
        losses['loss_contrast'] = self.contrast(
            pooled.view(len(inputs), num, -1), labels, self.head
        )
        return losses
