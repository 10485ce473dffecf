from .color import BatchColorJitter
from .geometry import BatchRandomCrop, BatchRandomFlip

__all__ = ['BatchColorJitter', 'BatchRandomCrop', 'BatchRandomFlip']
