"""Cross-entropy, FCN with ResNet-18 on CamVid, 240 x 180: to compare with.

Theirs (mIoU): none known to us for this size.
Ours: 45.43 ± 0.46 (docs/segmentation.md).
Run: python tools/train.py configs/vmf_seg/stock_fcn_r18_camvid.py
"""

_base_ = [
    '../_base_/models/fcn_r18_camvid.py',
    '../_base_/datasets/camvid.py',
    '../_base_/schedules/camvid_4k.py',
    '../_base_/segmentation_runtime.py',
]
