"""DisAlign (weights of power 1.2) after cross-entropy, ResNet-32 on CIFAR-100-LT.

Theirs (accuracy): none known to us.
Ours: 38.32, 40 epochs (results/README.md).
Run: python tools/train.py configs/disalign/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/disalign_cifar_10e.py',
    '../_base_/default_runtime.py',
]

first_stage = dict(config='mmlt::ce/resnet32_cifar100lt.py')
weighted = dict(
    type='ClassBalancedCELoss', reweight='cost_sensitive', power=1.2
)
model = dict(
    frozen=['backbone', 'head.fc'],
    head=dict(type='DisAlignClsHead', num_classes=100, loss=weighted),
)
