from collections.abc import Sequence

import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor

from mmlt.structures import labels_of

from .long_tail_classifier import LongTailClassifier

__all__ = ['TwoViewClassifier']


@MODELS.register_module()
class TwoViewClassifier(LongTailClassifier):
    """A classifier whose head sees two views of each image of a batch.

    Both views pass the network together, so that they share the statistics
    of batch normalization. The head gets the features of the N first views,
    then those of the N second ones, and N labels. At test it is a
    ``LongTailClassifier``.

    Args:
        *args: As :class:`LongTailClassifier`.
        **kwargs: As :class:`LongTailClassifier`.

    Raises:
        TypeError: If the head takes one view, or, in training, a batch has
            another number of views than two.

    Source:
        Zhao et al. (MDCS), ICCV 2023, https://arxiv.org/abs/2308.09922;
        https://github.com/fistyee/MDCS/blob/1a1d54e55f114c1d922ded64e3a48a4808bddd23/trainer/trainer.py#L101-L108
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if getattr(self.head, 'num_views', 1) != 2:
            raise TypeError(
                'Expected a head that takes two views, but got '
                f'{type(self.head).__name__}. Use MDCSClsHead, or a '
                'LongTailClassifier.'
            )

    def loss(
        self, inputs: Sequence[Tensor], data_samples: Sequence[DataSample]
    ) -> dict[str, Tensor]:
        """Losses of a training batch.

        Args:
            inputs: Two views of it, each (N, 3, H, W).
            data_samples: N ``DataSample``, or one ``BatchDataSample``.

        Returns:
            Named scalar losses.
        """
        if isinstance(inputs, Tensor) or len(inputs) != 2:
            num = 1 if isinstance(inputs, Tensor) else len(inputs)
            raise TypeError(
                f'Expected two views of a batch, but got {num}. Set '
                "`data_preprocessor=dict(type='TwoViewDataPreprocessor')`."
            )
        labels = torch.cat([labels_of(data_samples)] * 2)
        feats = self.extract_feat(torch.cat(tuple(inputs)), labels=labels)
        return self.head.loss(feats, data_samples)
