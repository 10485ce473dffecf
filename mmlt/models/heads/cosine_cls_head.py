from collections.abc import Sequence

import torch
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import cosine_to_vmf

from .directional_cls_head import PriorClsHead

__all__ = ['CosineClsHead']


@MODELS.register_module()
class CosineClsHead(PriorClsHead):
    """Cosine classifier: logits scale x.mu_i, both of length 1.

    With ``balanced=True`` log n_i is added to the training logits (balanced
    softmax); this is the vMF classifier with all concentrations equal to
    ``scale``.

    Args:
        num_classes: C.
        in_channels: D >= 2.
        scale: Factor on the cosine, >= 0; fixed.
        balanced: Whether training logits hold log n_i.
        test_prior: 'balanced', 'train' or C numbers; needs ``balanced``.
        **kwargs: As mmpretrain's ``ClsHead``.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 8 of its
        appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        scale: float = 16.0,
        balanced: bool = False,
        test_prior: str | Sequence[float] = 'balanced',
        **kwargs,
    ) -> None:
        super().__init__(
            num_classes, in_channels, balanced, test_prior, **kwargs
        )
        self.scale = scale
        self.vmf_parameters()  # refuses a scale out of range

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        """Kappa (C,), the scale, and mu (C, D)."""
        weight = self.fc.weight
        return cosine_to_vmf(weight.to(dtype or weight.dtype), self.scale)
