from .hooks import (
    DeferredRuntimeInfoHook,
    FreshPartsHook,
    LongTailHook,
    ResultTableHook,
    SkippedImagesHook,
    SpeedSettingsHook,
)
from .optim_wrappers import AutocastOptimWrapper
from .strategies import FullStateFSDPStrategy

__all__ = [
    'AutocastOptimWrapper',
    'DeferredRuntimeInfoHook',
    'FreshPartsHook',
    'FullStateFSDPStrategy',
    'LongTailHook',
    'ResultTableHook',
    'SkippedImagesHook',
    'SpeedSettingsHook',
]
