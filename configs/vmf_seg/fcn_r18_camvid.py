"""vMF classifier (kappa 16), FCN with ResNet-18 on CamVid, 240 x 180.

Half the channels of the backbone, from random weights, crops of 128 x 128.

Theirs (mIoU): none, the paper has ADE20K.
Ours: 42.25 ± 0.72 (docs/segmentation.md).
Run: python tools/train.py configs/vmf_seg/fcn_r18_camvid.py
"""

_base_ = './stock_fcn_r18_camvid.py'

model = dict(decode_head=dict(type='VMFSegHead', head_type='FCNHead'))
