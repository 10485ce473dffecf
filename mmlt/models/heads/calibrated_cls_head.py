import torch
from mmpretrain.models import ClsHead
from mmpretrain.registry import MODELS
from torch import Tensor

from mmlt.functional import (
    directional_logits,
    directional_to_linear,
    unit_vectors,
)

__all__ = ['CalibratedClsHead']


@MODELS.register_module()
class CalibratedClsHead(ClsHead):
    """Classifier for testing, as ``tools/calibrate_overlap.py`` writes it.

    Logits kappa_i (x.mu_i) + bias_i, with buffers ``kappa`` (C,), ``mu``
    (C, D) and ``bias`` (C,) from the checkpoint; nothing is trained.

    Args:
        num_classes: C.
        in_channels: D.
        normalize_features: Whether x is the feature at length 1.
        **kwargs: As mmpretrain's ``ClsHead``.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043, post-training
        calibration;
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/models/multi_k_vmf_classifier.py#L58-L64
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        normalize_features: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.normalizes_features = normalize_features
        self.register_buffer('kappa', torch.ones(num_classes))
        self.register_buffer('mu', torch.zeros(num_classes, in_channels))
        self.register_buffer('bias', torch.zeros(num_classes))

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        """Kappa (C,) and mu (C, D)."""
        dtype = dtype or self.mu.dtype
        return self.kappa.to(dtype), unit_vectors(self.mu, dtype=dtype)

    def linear_parameters(self) -> tuple[Tensor, Tensor, bool]:
        """Weight (C, D) and bias (C,) in float64, for export.

        Returns:
            Both, and whether features are divided by their length before.
        """
        weight, bias = directional_to_linear(
            self.kappa.double(), self.mu.double(), self.bias.double()
        )
        return weight, bias, self.normalizes_features

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Logits (N, C).

        Args:
            feats: Features; the last ones, (N, D), are classified.
        """
        return directional_logits(
            self.pre_logits(feats),
            self.kappa,
            self.mu,
            self.bias,
            normalize=self.normalizes_features,
        )
