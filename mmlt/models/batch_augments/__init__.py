from .color import BatchColorJitter
from .geometry import BatchRandomCrop, BatchRandomFlip
from .manifold_mixup import ManifoldMixup
from .mixup import BatchMixup
from .remix import BatchRemix

__all__ = [
    'BatchColorJitter',
    'BatchMixup',
    'BatchRandomCrop',
    'BatchRandomFlip',
    'BatchRemix',
    'ManifoldMixup',
]
