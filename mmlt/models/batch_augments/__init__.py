from .geometry import BatchRandomCrop, BatchRandomFlip

__all__ = ['BatchRandomCrop', 'BatchRandomFlip']
