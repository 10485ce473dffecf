"""vMF classifier (kappa 16), Mask R-CNN, ResNet-50-FPN on LVIS v1, 2x.

Theirs (box AP, mask AP): not known to us for this detector.
Ours: not run yet.
Run: python tools/train.py configs/vmf_det/mask-rcnn_r50_lvis-2x.py
"""

_base_ = './seesaw_mask-rcnn_r50_lvis-2x.py'

custom_hooks = [dict(type='InstanceCountsHook')]
bbox_head = dict(
    cls_predictor_cfg=dict(_delete_=True, type='VMFLinear'),
    loss_cls=dict(_delete_=True, type='ClassAndObjectnessLoss'),
)
model = dict(roi_head=dict(bbox_head=bbox_head))
# kappa is no weight: nothing pulls it to 0
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'fc_cls.kappa': dict(decay_mult=0.0)})
)
