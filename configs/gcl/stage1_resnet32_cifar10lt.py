"""First stage of GCL: clouded logits (0.5 on the cosine) and mixup (alpha 1),
ResNet-32 on CIFAR-10-LT, ratio 100.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/gcl/stage1_resnet32_cifar10lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar10lt.py',
    '../_base_/schedules/gcl_cifar_200e.py',
    '../_base_/default_runtime.py',
]

head = dict(
    type='CosineClsHead',
    scale=30.0,
    # weights of the published length, 1
    init_cfg=dict(
        _delete_=True, type='Uniform', layer='Linear', a=-0.2165, b=0.2165
    ),
    loss=dict(_delete_=True, type='GaussianCloudedLoss', strength=15.0),
)
model = dict(head=head)
data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=1.0))
train_dataloader = dict(batch_size=64)
