from .hooks import (
    DeferredRuntimeInfoHook,
    LongTailHook,
    ResultTableHook,
    SpeedSettingsHook,
)
from .optim_wrappers import AutocastOptimWrapper

__all__ = [
    'AutocastOptimWrapper',
    'DeferredRuntimeInfoHook',
    'LongTailHook',
    'ResultTableHook',
    'SpeedSettingsHook',
]
