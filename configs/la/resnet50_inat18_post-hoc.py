"""Cross-entropy, logits adjusted at test (tau 1),
ResNet-50 on iNaturalist 2018.

Theirs (accuracy): not among our sources. Ours: not run yet.
Run: python tools/train.py configs/la/resnet50_inat18_post-hoc.py
"""

_base_ = '../ce/resnet50_inat18.py'

model = dict(head=dict(type='LogitAdjustedClsHead', tau=1.0))
