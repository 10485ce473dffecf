"""Class-balanced focal loss (beta 0.99, gamma 1),
ResNet-32 on CIFAR-100-LT, imbalance ratio 50.

Theirs (accuracy): 42.37 (Bag of Tricks, trick gallery).
Ours: not run yet.
Run: python tools/train.py configs/cbfocal/resnet32_cifar100lt-ir50.py
"""

_base_ = './resnet32_cifar100lt.py'

model = dict(head=dict(loss=dict(beta=0.99)))
train_dataloader = dict(dataset=dict(imbalance_ratio=50))
