"""LIFT (branches beside a frozen transformer), from class means, on DigitsLT.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/lift/vit-tiny-p2_digitslt.py
"""

_base_ = [
    '../_base_/models/vit-tiny-p2_digits.py',
    '../_base_/datasets/digitslt.py',
    '../_base_/schedules/lift_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::lift/stage1_vit-tiny-p2_digitslt.py')
module = _base_.model.backbone
adapted = dict(type='AdaptFormer', module=module, num_classes=10)
cosine = dict(type='CosineClsHead', scale=25.0, balanced=True)
model = dict(backbone=dict(_delete_=True, **adapted), head=cosine)
custom_hooks = [*_base_.custom_hooks, dict(type='ClassifierStartHook')]
auto_scale_lr = dict(base_batch_size=32)
default_hooks = dict(logger=dict(interval=13))
