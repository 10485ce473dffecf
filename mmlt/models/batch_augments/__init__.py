from .auto_augment import BatchAutoAugment
from .color import BatchColorJitter
from .cutout import BatchCutout
from .geometry import BatchRandomCrop, BatchRandomFlip
from .manifold_mixup import ManifoldMixup
from .mixup import BatchMixup
from .remix import BatchRemix
from .rotation import BatchRandomRotation

__all__ = [
    'BatchAutoAugment',
    'BatchColorJitter',
    'BatchCutout',
    'BatchMixup',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'BatchRandomRotation',
    'BatchRemix',
    'ManifoldMixup',
]
