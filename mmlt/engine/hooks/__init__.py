from .deferred_runtime_info_hook import DeferredRuntimeInfoHook
from .fresh_parts_hook import FreshPartsHook
from .long_tail_hook import LongTailHook
from .result_table_hook import ResultTableHook
from .skipped_images_hook import SkippedImagesHook
from .speed_settings_hook import SpeedSettingsHook

__all__ = [
    'DeferredRuntimeInfoHook',
    'FreshPartsHook',
    'LongTailHook',
    'ResultTableHook',
    'SkippedImagesHook',
    'SpeedSettingsHook',
]
