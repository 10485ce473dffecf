"""FCC with Remix as in the published code, ResNet-32 on CIFAR-100-LT.

One label weight for the batch, and tau of the first label whatever the weight:
see "Differences" in configs/remix/README.md and in README.md.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/fcc/remix_resnet32_cifar100lt_published.py
"""

_base_ = '../remix/resnet32_cifar100lt.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=1.0, begin=0.125, mixed_labels='first'),
    ],
)
data_preprocessor = dict(mixing=dict(label_weights='batch_mean'))
