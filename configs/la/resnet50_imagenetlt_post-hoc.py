"""Cross-entropy, logits adjusted at test (tau 1),
ResNet-50 on ImageNet-LT.

Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/la/resnet50_imagenetlt_post-hoc.py
"""

_base_ = '../ce/resnet50_imagenetlt.py'

model = dict(head=dict(type='LogitAdjustedClsHead', tau=1.0))
