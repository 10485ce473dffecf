"""The vMF classifier in semantic segmentation, by mmsegmentation.

Nothing else of mmlt imports this room. A config names it::

    custom_imports = dict(imports=['mmlt.dense'], allow_failed_imports=False)
"""

from . import installed  # noqa: F401, says where mmsegmentation is missing
from .pixel_counts_hook import PixelCountsHook
from .pixel_metrics import PixelMetrics
from .vmf_conv import VMFConv
from .vmf_seg_head import vmf_seg_head

__all__ = [
    'PixelCountsHook',
    'PixelMetrics',
    'VMFConv',
    'vmf_seg_head',
]
