"""mmlt: long-tailed image classification with mmpretrain and mmengine."""

from .version import __version__

__all__ = ['__version__']
