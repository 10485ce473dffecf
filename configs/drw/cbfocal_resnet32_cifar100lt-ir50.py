"""DRW: focal loss, class-balanced from epoch 160 on,
ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): 44.99 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/drw/cbfocal_resnet32_cifar100lt-ir50.py
"""

_base_ = './cbfocal_resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(after=dict(beta=0.99))))
train_dataloader = dict(dataset=dict(imbalance_ratio=50))
