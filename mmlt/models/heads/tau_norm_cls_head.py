import torch
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import tau_norm_to_vmf

from .directional_cls_head import DirectionalClsHead

__all__ = ['TauNormClsHead']


@MODELS.register_module()
class TauNormClsHead(DirectionalClsHead):
    r"""Tau-normalized classifier: logits w_i.x / \|w_i\|^tau.

    Use it instead of a trained ``LinearClsHead`` and test the same
    checkpoint. It can be trained as well.

    Args:
        num_classes: C.
        in_channels: D >= 2.
        tau: Exponent of the norm, >= 0; 0 is the linear classifier without
            bias, 1 leaves the direction alone.
        normalize_features: Whether x is divided by its length. Kang et al.
            do not; the appendix of arXiv 2208.10043 writes it so. The
            predicted class is the same, its probability is not.
        bias: Whether the linear head's bias is added as it is, as in the
            published code of Bag of Tricks; the paper has none.
        **kwargs: As mmpretrain's ``ClsHead``.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Kang et al., ICLR 2020, https://arxiv.org/abs/1910.09217, Sec. 4.2;
        https://github.com/facebookresearch/classifier-balancing/blob/f162adef63fdf592d0b8a0f6e52bc481fc08785f/tau_norm.py#L102-L107.
        tau = 0.7 and the reading as a vMF classifier: Wang et al., ECCV 2022,
        https://arxiv.org/abs/2208.10043; Eq. 10 of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        tau: float = 0.7,
        normalize_features: bool = False,
        bias: bool = False,
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        if bias:
            self.fc = nn.Linear(in_channels, num_classes)
        self.tau = tau
        self.normalizes_features = normalize_features
        self.vmf_parameters()  # refuses a tau out of range

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        r"""Kappa (C,), \|w_i\|^(1 - tau), and mu (C, D)."""
        weight = self.fc.weight
        return tau_norm_to_vmf(weight.to(dtype or weight.dtype), self.tau)

    def logit_offset(self) -> Tensor | None:
        """The bias, (C,), or None."""
        return self.fc.bias
