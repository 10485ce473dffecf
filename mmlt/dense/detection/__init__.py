"""The vMF classifier in object detection, by mmdetection.

A config names it, before its detector is built::

    custom_imports = dict(
        imports=['mmlt.dense.detection'], allow_failed_imports=False
    )
"""

from mmlt.operators import check_operators

from ..installed import require_detection

require_detection()
check_operators()

from .checked_lvis_dataset import CheckedLVISDataset  # noqa: E402
from .class_and_objectness_loss import ClassAndObjectnessLoss  # noqa: E402
from .fast_lvis_metric import FastLVISMetric  # noqa: E402
from .instance_counts_hook import InstanceCountsHook  # noqa: E402
from .vmf_bbox_head import vmf_bbox_head  # noqa: E402
from .vmf_linear import VMFLinear  # noqa: E402

__all__ = [
    'CheckedLVISDataset',
    'ClassAndObjectnessLoss',
    'FastLVISMetric',
    'InstanceCountsHook',
    'VMFLinear',
    'vmf_bbox_head',
]
