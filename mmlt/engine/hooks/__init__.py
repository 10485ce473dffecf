from .long_tail_hook import LongTailHook
from .result_table_hook import ResultTableHook

__all__ = ['LongTailHook', 'ResultTableHook']
