from .deferred_runtime_info_hook import DeferredRuntimeInfoHook
from .long_tail_hook import LongTailHook
from .result_table_hook import ResultTableHook
from .speed_settings_hook import SpeedSettingsHook

__all__ = [
    'DeferredRuntimeInfoHook',
    'LongTailHook',
    'ResultTableHook',
    'SpeedSettingsHook',
]
