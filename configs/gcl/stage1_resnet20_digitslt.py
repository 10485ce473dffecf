"""First stage of GCL: clouded logits (0.5 on the cosine) and mixup (alpha 1),
ResNet-20 on DigitsLT, ratio 20.

Theirs (accuracy): none, the data set is ours.
Ours: not run yet.
Run: python tools/train.py configs/gcl/stage1_resnet20_digitslt.py
"""

_base_ = '../mixup/resnet20_digitslt.py'

head = dict(
    type='CosineClsHead',
    scale=30.0,
    loss=dict(_delete_=True, type='GaussianCloudedLoss', strength=15.0),
)
model = dict(head=head)
