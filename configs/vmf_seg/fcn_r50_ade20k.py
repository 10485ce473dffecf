"""vMF classifier (kappa 16), FCN with ResNet-50 on ADE20K, 160,000 iterations.

Theirs (mIoU): not known to us for this network.
Ours: not run yet.
Run: python tools/train.py configs/vmf_seg/fcn_r50_ade20k.py
"""

_base_ = [
    'mmseg::fcn/fcn_r50-d8_4xb4-160k_ade20k-512x512.py',
    '../_base_/vmf_ade20k.py',
]

model = dict(decode_head=dict(type='VMFSegHead', head_type='FCNHead'))
# kappa is no weight: nothing pulls it to 0
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'conv_seg.kappa': dict(decay_mult=0.0)})
)
val_evaluator = dict(
    _delete_=True,
    type='PixelMetrics',
    sizes=(20, 55, 75),
    shifts=dict(train=1.0),
)
test_evaluator = val_evaluator
