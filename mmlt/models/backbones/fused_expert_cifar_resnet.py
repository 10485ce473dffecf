import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional.checks import check_integer

from .cifar_resnet import CIFARResNet, _Block

__all__ = ['FusedExpertCIFARResNet']


class _ProjectedBlock(_Block):
    """A block whose shortcut is a 1x1 convolution (option B)."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__(in_channels, channels, stride)
        self.shortcut = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        return F.relu(out + self.shortcut(x), inplace=True)


@MODELS.register_module()
class FusedExpertCIFARResNet(CIFARResNet):
    """ResNet for small images whose experts look at two depths at once.

    First convolution and two stages are shared; every expert has a third
    stage of its own. Its map is multiplied with a shallow one, which strided
    convolutions bring to the same size: of the first stage for experts 0,
    2, ..., of the second for experts 1, 3, ... Where the channels double,
    shortcuts are 1x1 convolutions (option B), unlike those of
    :class:`CIFARResNet`.

    Args:
        depth: 20, 32, 44 or 56.
        num_experts: E >= 1.
        **kwargs: As :class:`CIFARResNet`.

    Returns (forward):
        A tuple of the experts' fused maps side by side, (N, E 64, H/4, W/4).

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Jin et al. (SHIKE), CVPR 2023, https://arxiv.org/abs/2304.01279,
        depth-wise knowledge fusion;
        https://github.com/jinyan-06/SHIKE/blob/2b04b62dc534ddf61d896b86e8fb1c1d10b77a61/networks.py#L86-L220
    """

    def __init__(
        self, depth: int = 32, num_experts: int = 3, **kwargs
    ) -> None:
        check_integer('num_experts', num_experts, 1, 'The paper uses 3.')
        super().__init__(depth, **kwargs)
        num_blocks = (depth - 2) // 6
        self.num_experts = num_experts
        del self.layer3
        self.experts = nn.ModuleList(
            self._stage(32, 64, num_blocks, stride=2)
            for _ in range(num_experts)
        )
        self.shallow = nn.ModuleList(
            _shallow_branch(i % 2) for i in range(num_experts)
        )

    @staticmethod
    def _stage(
        in_channels: int, channels: int, num_blocks: int, stride: int
    ) -> nn.Sequential:
        stage = CIFARResNet._stage(in_channels, channels, num_blocks, stride)
        if in_channels != channels:
            stage[0] = _ProjectedBlock(in_channels, channels, stride)
        return stage

    def init_weights(self) -> None:
        """As :class:`CIFARResNet`; shallow convolutions as torch has them.

        The published code creates them after its own initialization.
        """
        if self.is_init:
            return
        super().init_weights()
        for module in self.shallow.modules():
            if isinstance(module, nn.Conv2d):
                module.reset_parameters()

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Fused maps (N, E 64, H/4, W/4) of images (N, C, H, W)."""
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        first = self.layer1(x)
        second = self.layer2(first)
        fused = [
            expert(second) * shallow((first, second)[i % 2])
            for i, (expert, shallow) in enumerate(
                zip(self.experts, self.shallow, strict=True)
            )
        ]
        return (torch.cat(fused, dim=1),)


def _shallow_branch(stage: int) -> nn.Sequential:
    """From the map of stage 0 (16 channels) or 1 (32) to that of stage 2.

    The second convolution of the longer branch has no ReLU behind it, as in
    the published code.
    """
    layers: list[nn.Module] = []
    for k, channels in enumerate((16, 32)[stage:]):
        layers += [
            nn.Conv2d(
                channels, 2 * channels, 3, stride=2, padding=1, bias=False
            ),
            nn.BatchNorm2d(2 * channels),
        ]
        if k == 0:
            layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)
