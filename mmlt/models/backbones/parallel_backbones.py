import copy

import torch
from mmengine.model import BaseModule
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional.checks import check_integer

__all__ = ['ParallelBackbones']


@MODELS.register_module()
class ParallelBackbones(BaseModule):
    """Several networks of one kind, each with its own weights.

    Args:
        backbone: Config of one of them.
        num_experts: How many, >= 1.

    Returns (forward):
        A tuple of their last feature maps side by side, (N, E D, ...).

    Raises:
        ValueError: If ``num_experts`` < 1.

    Source:
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359: several
        whole networks.
    """

    def __init__(self, backbone: dict, num_experts: int = 3) -> None:
        super().__init__()
        check_integer('num_experts', num_experts, 1, 'The papers use 3.')
        self.networks = nn.ModuleList(
            MODELS.build(copy.deepcopy(backbone)) for _ in range(num_experts)
        )

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Feature maps (N, E D, ...) of images (N, 3, H, W)."""
        return (torch.cat([net(x)[-1] for net in self.networks], dim=1),)
