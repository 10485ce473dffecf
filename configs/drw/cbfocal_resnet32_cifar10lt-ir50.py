"""DRW: focal loss, class-balanced from epoch 160 on,
ResNet-32 on CIFAR-10-LT, imbalance ratio 50.

Theirs (accuracy): 81.38 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/cbfocal_resnet32_cifar10lt-ir50.py
"""

_base_ = './cbfocal_resnet32_cifar10lt.py'

model = dict(
    head=dict(loss=dict(before=dict(gamma=2.0), after=dict(gamma=2.0)))
)
train_dataloader = dict(dataset=dict(imbalance_ratio=50))
