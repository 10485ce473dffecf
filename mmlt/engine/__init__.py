from .hooks import (
    DeferredRuntimeInfoHook,
    LongTailHook,
    ResultTableHook,
    SkippedImagesHook,
)
from .optim_wrappers import AutocastOptimWrapper

__all__ = [
    'AutocastOptimWrapper',
    'DeferredRuntimeInfoHook',
    'LongTailHook',
    'ResultTableHook',
    'SkippedImagesHook',
]
