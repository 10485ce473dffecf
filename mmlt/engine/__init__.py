from .hooks import LongTailHook, ResultTableHook
from .optim_wrappers import AutocastOptimWrapper

__all__ = ['AutocastOptimWrapper', 'LongTailHook', 'ResultTableHook']
