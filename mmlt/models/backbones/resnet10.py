from mmpretrain.models import ResNet
from mmpretrain.models.backbones.resnet import BasicBlock
from mmpretrain.registry import MODELS

__all__ = ['ResNet10']


@MODELS.register_module()
class ResNet10(ResNet):
    """ResNet with one basic block in each of its four stages.

    The small network of the ImageNet-LT papers: 512 features, 4,905,792
    parameters. mmpretrain's ``ResNet`` begins at depth 18.

    Args:
        depth: 10; no other value is accepted.
        **kwargs: As mmpretrain's ``ResNet``. ``zero_init_residual`` is off
            by default, unlike there: the published long-tail code starts all
            normalizations at 1.

    Returns (forward):
        A tuple of the last feature map, (N, 512, H/32, W/32), after its
        ReLU.

    Source:
        Liu et al. (OLTR), CVPR 2019, https://arxiv.org/abs/1904.05160, Sec. 5
        (the network),
        https://github.com/zhmiao/OpenLongTailRecognition-OLTR/blob/f50e375f123fd12dd0ae39e07aa226fadec32f33/models/ResNet10Feature.py#L7;
        He et al., CVPR 2016, https://arxiv.org/abs/1512.03385 (the blocks).
    """

    arch_settings = {10: (BasicBlock, (1, 1, 1, 1))}

    def __init__(self, depth: int = 10, **kwargs) -> None:
        if depth != 10:
            raise ValueError(
                f'Expected `depth` to be 10, but got {depth!r}. Use '
                "`type='ResNet'` for 18, 34, 50, 101 or 152."
            )
        kwargs.setdefault('zero_init_residual', False)
        super().__init__(depth, **kwargs)
