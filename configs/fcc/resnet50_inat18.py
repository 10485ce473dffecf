"""FCC, ResNet-50 on iNaturalist 2018.

From the first epoch, as in the published configs. They name ResNet-32 for
CIFAR as the network, most likely a slip. tau follows the rank of a class.
Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/fcc/resnet50_inat18.py
"""

_base_ = '../ce/resnet50_inat18.py'

model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.1, begin=0, order='frequency'),
    ],
)
