"""LOS, classifier re-trained with label smoothing 0.98,
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/los/resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/los_cifar_20e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::los/stage1_resnet32_cifar10lt.py')
smoothing = dict(
    type='LabelAwareSmoothLoss', head_smoothing=0.98, tail_smoothing=0.98
)
model = dict(frozen=['backbone'], head=dict(loss=smoothing))
train_dataloader = dict(batch_size=64)
