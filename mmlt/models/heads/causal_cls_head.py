import torch
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import causal_to_vmf
from mmlt.functional.checks import check_real

from .directional_cls_head import DirectionalClsHead

__all__ = ['CausalClsHead']


@MODELS.register_module()
class CausalClsHead(DirectionalClsHead):
    r"""Causal classifier: logits scale w_i.x~ / (\|w_i\| + gamma), no bias.

    x~ is the feature at length 1. One head, and without the counterfactual
    term (TDE), as in the appendix of the vMF paper.

    Args:
        num_classes: C.
        in_channels: D >= 2.
        gamma: Added to the norm, > 0. 1/16 is the appendix's; the official
            code of the method has 1/32.
        scale: Factor on the logits, > 0. 1 is the appendix's formula, which
            ranks classes but cannot be trained (no logit exceeds 1). To
            train, use 16, as the official code does.
        **kwargs: As mmpretrain's ``ClsHead``.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Tang et al., NeurIPS 2020, https://arxiv.org/abs/2009.12991;
        https://github.com/KaihuaTang/Long-Tailed-Recognition.pytorch/blob/5c916d0d0fd5e1fa984621b86f15cda2bc69df17/classification/models/CausalNormClassifier.py#L74-L77.
        The reading as a vMF classifier: Wang et al., ECCV 2022,
        https://arxiv.org/abs/2208.10043; Eq. 11 of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        gamma: float = 1 / 16,
        scale: float = 1.0,
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.gamma = gamma
        hint = '1 is the formula of the appendix; train with 16.'
        self.scale = check_real('scale', scale, 0, hint, above=True)
        self.vmf_parameters()  # refuses a gamma out of range

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        r"""Kappa (C,), scale \|w_i\| / (\|w_i\| + gamma), and mu (C, D)."""
        weight = self.fc.weight
        kappa, mu = causal_to_vmf(weight.to(dtype or weight.dtype), self.gamma)
        return self.scale * kappa, mu
