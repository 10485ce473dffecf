from .hooks import (
    DeferredRuntimeInfoHook,
    FreshPartsHook,
    LongTailHook,
    ResultTableHook,
    SkippedImagesHook,
    SpeedSettingsHook,
)
from .optim_wrappers import AutocastOptimWrapper

__all__ = [
    'AutocastOptimWrapper',
    'DeferredRuntimeInfoHook',
    'FreshPartsHook',
    'LongTailHook',
    'ResultTableHook',
    'SkippedImagesHook',
    'SpeedSettingsHook',
]
