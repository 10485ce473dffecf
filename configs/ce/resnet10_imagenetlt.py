"""Cross-entropy baseline, ResNet-10 on ImageNet-LT, schedule of FCC.

Theirs (accuracy): 34.8 (BALMS README, softmax, another schedule); FCC's own
baseline: none known to us. Ours: not run yet.
Run: python tools/train.py configs/ce/resnet10_imagenetlt.py
"""

_base_ = [
    '../_base_/models/resnet10_imagenetlt.py',
    '../_base_/datasets/imagenetlt.py',
    '../_base_/schedules/imagenetlt_200e.py',
    '../_base_/default_runtime.py',
]

train_dataloader = dict(batch_size=64)
