import torch
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from torch import Tensor, nn

__all__ = ['LWSClsHead']


@MODELS.register_module()
class LWSClsHead(LinearClsHead):
    """Learnable weight scaling (LWS): logits s_c (w_c.x + b_c).

    ``scale`` (C,) is a parameter, 1 at the beginning. The weights ``fc`` of
    a trained ``LinearClsHead`` load as they are; to learn the scales alone,
    freeze them: ``LongTailClassifier(frozen=['backbone', 'head.fc'])``.

    Args:
        num_classes: C.
        in_channels: D.
        **kwargs: As mmpretrain's ``LinearClsHead``.

    Source:
        Kang et al., ICLR 2020, https://arxiv.org/abs/1910.09217; the bias is
        scaled too, as in
        https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/lib/modules/classifier_ops.py#L17-L29
    """

    def __init__(self, num_classes: int, in_channels: int, **kwargs) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.scale = nn.Parameter(torch.ones(num_classes))

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Logits (N, C).

        Args:
            feats: Features; the last ones, (N, D), are classified.
        """
        return self.scale * super().forward(feats)
