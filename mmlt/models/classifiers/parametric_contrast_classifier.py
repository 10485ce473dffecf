from collections.abc import Sequence

import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmlt.structures import labels_of

from .long_tail_classifier import LongTailClassifier

__all__ = ['ParametricContrastClassifier']


@MODELS.register_module()
class ParametricContrastClassifier(LongTailClassifier):
    """A classifier whose loss is one contrast of two views (GPaCo).

    The views pass the network one after the other, as in the published code:
    each has its own statistics of batch normalization, and the running ones
    move twice. The contrast gets the pooled features before the necks and the
    logits of both; the loss of the head is not used. At test it is a
    ``LongTailClassifier``.

    Args:
        *args: As :class:`LongTailClassifier`.
        contrast: Config of a ``ParametricContrast``; ``num_classes`` and
            ``in_channels`` are those of the head where it names none.
        **kwargs: As :class:`LongTailClassifier`.

    Raises:
        TypeError: In training, if a batch has another number of views than
            two.

    Source:
        Cui et al. (GPaCo), TPAMI 2023, https://arxiv.org/abs/2209.12400;
        https://github.com/dvlab-research/Parametric-Contrastive-Learning/blob/fe56535ecd716e56a72e75c4e818f2059e557584/GPaCo/LT/moco/builder.py#L114-L143
    """

    def __init__(self, *args, contrast: dict | nn.Module, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(contrast, dict):
            sizes = dict(
                num_classes=self.head.num_classes,
                in_channels=self.head.in_channels,
            )
            contrast = MODELS.build({**sizes, **contrast})
        self.contrast = contrast

    def loss(
        self, inputs: Sequence[Tensor], data_samples: Sequence[DataSample]
    ) -> dict[str, Tensor]:
        """Losses of a training batch.

        Args:
            inputs: Two views of it, each (N, 3, H, W).
            data_samples: N ``DataSample``, or one ``BatchDataSample``.

        Returns:
            ``loss``, a scalar.
        """
        if isinstance(inputs, Tensor) or len(inputs) != 2:
            num = 1 if isinstance(inputs, Tensor) else len(inputs)
            raise TypeError(
                f'Expected two views of a batch, but got {num}. Set '
                "`data_preprocessor=dict(type='TwoViewDataPreprocessor')`."
            )
        labels = labels_of(data_samples)
        pooled, logits = [], []
        for view in inputs:
            maps = self.backbone(view)
            feats, _ = self._through_necks(maps, labels)
            last = maps[-1]
            pooled.append(last.flatten(2).mean(2) if last.dim() > 2 else last)
            logits.append(self.head(feats))
        loss = self.contrast(torch.stack(pooled), labels, torch.stack(logits))
        return {'loss': loss}
