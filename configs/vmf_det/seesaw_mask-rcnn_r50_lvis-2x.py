"""Seesaw loss, Mask R-CNN, ResNet-50-FPN on LVIS v1, 24 epochs (2x).

Images with rare classes are drawn more often (threshold 1e-3).

Theirs (box AP, mask AP): 27.6, 26.4 (mmdetection's configs/seesaw_loss).
Ours: not run yet.
Run: python tools/train.py configs/vmf_det/seesaw_mask-rcnn_r50_lvis-2x.py
"""

_base_ = (
    'mmdet::seesaw_loss/'
    'mask-rcnn_r50_fpn_seesaw-loss_sample1e-3-ms-2x_lvis-v1.py'
)

custom_imports = dict(
    imports=['mmlt.engine', 'mmlt.dense.detection'],
    allow_failed_imports=False,
)
checked = dict(type='CheckedLVISDataset')
train_dataloader = dict(dataset=dict(dataset=checked))
val_dataloader = test_dataloader = dict(dataset=checked)
val_evaluator = test_evaluator = dict(
    _delete_=True,
    type='FastLVISMetric',
    ann_file='data/lvis_v1/annotations/lvis_v1_val.json',
    metric=['bbox', 'segm'],
)
