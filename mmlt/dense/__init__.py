"""The vMF classifier in segmentation and detection, by mmseg and mmdet.

Nothing else of mmlt imports this room. A config of mmsegmentation names it::

    custom_imports = dict(imports=['mmlt.dense'], allow_failed_imports=False)

and one of mmdetection ``mmlt.dense.detection``, whose names are here too,
imported when they are asked for. Where mmcv has no compiled operators, nms
and roi_align are torchvision's for mmdetection (``mmlt.operators``).
"""

import importlib

from mmlt.operators import provide_operators

from .installed import (
    HAS_DETECTION,
    HAS_SEGMENTATION,
    require_detection,
    require_segmentation,
)

SEGMENTATION = ('PixelCountsHook', 'PixelMetrics', 'VMFConv', 'vmf_seg_head')
DETECTION = (
    'CheckedLVISDataset',
    'ClassAndObjectnessLoss',
    'FastLVISMetric',
    'InstanceCountsHook',
    'VMFLinear',
    'vmf_bbox_head',
)

if HAS_DETECTION:
    # before mmsegmentation's models, which import those of mmdetection
    provide_operators()
if HAS_SEGMENTATION:
    from .pixel_counts_hook import PixelCountsHook
    from .pixel_metrics import PixelMetrics
    from .vmf_conv import VMFConv
    from .vmf_seg_head import vmf_seg_head
elif not HAS_DETECTION:
    require_segmentation()

__all__ = list(SEGMENTATION) if HAS_SEGMENTATION else []


def __getattr__(name: str):
    """A part of detection, imported now, or what is missing for a part."""
    if name in SEGMENTATION:
        require_segmentation()
    if name in DETECTION:
        require_detection()
        module = importlib.import_module('.detection', __name__)
        return getattr(module, name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
