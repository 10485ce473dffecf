import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional.checks import check_integer

from .cifar_resnet import CIFARResNet

__all__ = ['MultiExpertCIFARResNet']


@MODELS.register_module()
class MultiExpertCIFARResNet(CIFARResNet):
    """ResNet for small images with one copy of its last stages per expert.

    The first convolution and stage are shared. With one expert of 32 and 64
    channels it is :class:`CIFARResNet`.

    Args:
        depth: 20, 32, 44 or 56.
        num_experts: E >= 1.
        expert_channels: Channels of an expert's two stages.
        **kwargs: As :class:`CIFARResNet`.

    Returns (forward):
        A tuple of the experts' last feature maps side by side, (N, E D, H/4,
        W/4), D the second of ``expert_channels``.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249; 24
        and 48 channels:
        https://github.com/Vanint/SADE-AgnosticLT/blob/cba11b8b0fb91711eeffd5e45311f321f8a88680/model/ldam_drw_resnets/expert_resnet_cifar.py#L110-L124
    """

    def __init__(
        self,
        depth: int = 32,
        num_experts: int = 3,
        expert_channels: tuple[int, int] = (24, 48),
        **kwargs,
    ) -> None:
        check_integer('num_experts', num_experts, 1, 'The papers use 3.')
        second, third = expert_channels
        if not 16 <= second <= third:
            raise ValueError(
                'Expected `expert_channels` to be two numbers that do not '
                'fall, 16 or more (the shared stage has 16), but got '
                f'{tuple(expert_channels)}. The network of one expert has '
                '32 and 64.'
            )
        super().__init__(depth, **kwargs)
        num_blocks = (depth - 2) // 6
        self.num_experts = num_experts
        del self.layer2, self.layer3
        self.experts = nn.ModuleList(
            nn.Sequential(
                self._stage(16, second, num_blocks, stride=2),
                self._stage(second, third, num_blocks, stride=2),
            )
            for _ in range(num_experts)
        )

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Feature maps (N, E D, H/4, W/4) of images (N, C, H, W)."""
        shared = F.relu(self.bn1(self.conv1(x)), inplace=True)
        shared = self.layer1(shared)
        return (torch.cat([expert(shared) for expert in self.experts], 1),)
