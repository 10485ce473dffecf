"""Cross-entropy baseline, ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

Theirs (accuracy): 37.73 (Bag of Tricks README, "baselines using our codes");
39.1, ECE 37.8 (FCC, Appendix E).
Ours: 37.86 (results/README.md).
Run: python tools/train.py configs/ce/resnet32_cifar100lt.py
"""

_base_ = [
    '../_base_/models/resnet32_cifar.py',
    '../_base_/datasets/cifar100lt.py',
    '../_base_/schedules/cifar_200e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
