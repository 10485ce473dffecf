import torch.nn.functional as F
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional.checks import check_choice

__all__ = ['CIFARResNet']


class _Block(nn.Module):
    """Two 3x3 convolutions and a shortcut without parameters (option A)."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride = stride
        self.extra_channels = channels - in_channels

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        if self.extra_channels:
            # the new channels are zero, half of them on each side
            front = self.extra_channels // 2
            back = self.extra_channels - front
            x = F.pad(x, (0, 0, 0, 0, front, back))
        return F.relu(out + x, inplace=True)


@MODELS.register_module()
class CIFARResNet(BaseBackbone):
    """ResNet for small images, the network of the long-tail papers.

    A 3x3 convolution and three stages of (depth - 2) / 6 blocks with 16, 32
    and 64 channels, the second and third at half the resolution. Shortcuts
    have no parameters (option A: every second pixel, zero channels).
    463,504 parameters at depth 32. It is not mmpretrain's ``ResNet_CIFAR``,
    which has four stages of 64 to 512 channels.

    Args:
        depth: 20, 32, 44 or 56.
        in_channels: Channels of the images.
        init_cfg: As in mmengine; None is Kaiming normal for the convolutions
            (fan-in, gain sqrt(2)), as in the published code.

    Returns (forward):
        A tuple of the last feature map, (N, 64, H/4, W/4), after its ReLU.

    Raises:
        ValueError: If ``depth`` is another number.

    Source:
        He et al., CVPR 2016, https://arxiv.org/abs/1512.03385, Sec. 4.2;
        initial values as in
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/backbone/resnet_cifar.py#L30-L33
    """

    depths = (20, 32, 44, 56)

    def __init__(
        self,
        depth: int = 32,
        in_channels: int = 3,
        init_cfg: dict | list | None = None,
    ) -> None:
        check_choice('depth', depth, self.depths)
        if init_cfg is None:
            init_cfg = dict(
                type='Kaiming',
                layer='Conv2d',
                mode='fan_in',
                nonlinearity='leaky_relu',
                distribution='normal',
            )
        super().__init__(init_cfg)
        self.depth = depth
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        num_blocks = (depth - 2) // 6
        self.layer1 = self._stage(16, 16, num_blocks, stride=1)
        self.layer2 = self._stage(16, 32, num_blocks, stride=2)
        self.layer3 = self._stage(32, 64, num_blocks, stride=2)

    @staticmethod
    def _stage(
        in_channels: int, channels: int, num_blocks: int, stride: int
    ) -> nn.Sequential:
        blocks = [_Block(in_channels, channels, stride)]
        blocks += [_Block(channels, channels, 1) for _ in range(1, num_blocks)]
        return nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Feature map (N, 64, H/4, W/4) of images (N, in_channels, H, W)."""
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return (self.layer3(self.layer2(self.layer1(x))),)
