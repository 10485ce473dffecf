"""Cross-entropy, Mask R-CNN, ResNet-50-FPN on LVIS v1, 12 epochs (1x).

Images with rare classes are drawn more often (threshold 1e-3).

Theirs (box AP, mask AP): 22.5, 21.7 (mmdetection's configs/lvis).
Ours: not run yet.
Run: python tools/train.py configs/vmf_det/stock_mask-rcnn_r50_lvis.py
"""

_base_ = 'mmdet::lvis/mask-rcnn_r50_fpn_sample1e-3_ms-1x_lvis-v1.py'

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
