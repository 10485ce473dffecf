from .deferred_runtime_info_hook import DeferredRuntimeInfoHook
from .long_tail_hook import LongTailHook
from .result_table_hook import ResultTableHook
from .skipped_images_hook import SkippedImagesHook

__all__ = [
    'DeferredRuntimeInfoHook',
    'LongTailHook',
    'ResultTableHook',
    'SkippedImagesHook',
]
