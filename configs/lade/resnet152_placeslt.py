"""LADE (alpha 0.005, lambda 0.1), ResNet-152 on Places-LT.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/lade/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/resnet152_placeslt.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/lade_placeslt_30e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(loss=dict(type='LADELoss', alpha=0.005, strength=0.1)))
