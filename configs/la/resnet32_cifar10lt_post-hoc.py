"""Cross-entropy, logits adjusted at test (tau 1),
ResNet-32 on CIFAR-10-LT, imbalance ratio 100.

Theirs (accuracy): not among our sources.
Ours: not run yet.
Run: python tools/train.py configs/la/resnet32_cifar10lt_post-hoc.py
"""

_base_ = '../ce/resnet32_cifar10lt.py'

model = dict(head=dict(type='LogitAdjustedClsHead', tau=1.0))
