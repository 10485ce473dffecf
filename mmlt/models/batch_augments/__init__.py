from .auto_augment import BatchAutoAugment
from .color import BatchColorJitter
from .cutout import BatchCutout
from .geometry import BatchRandomCrop, BatchRandomFlip
from .rotation import BatchRandomRotation

__all__ = [
    'BatchAutoAugment',
    'BatchColorJitter',
    'BatchCutout',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'BatchRandomRotation',
]
