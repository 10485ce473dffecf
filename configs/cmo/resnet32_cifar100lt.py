"""CMO (boxes of rare classes on frequent backgrounds), cross-entropy,
ResNet-32 on CIFAR-100-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/cmo/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/cmo_cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
data_preprocessor = dict(mixing=dict(type='BatchMinorityCutMix'))
train_dataloader = dict(
    batch_size=256,
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='class_balanced',
        pair_with_uniform=True,
    ),
)
