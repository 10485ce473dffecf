"""5 epochs at batch 512 for the scales of LWS, cosine to 0.

As in the published config of LWS for ImageNet-LT: otherwise as cRT. The rates
of the five epochs are 0.90, 0.65, 0.35, 0.10 and 0 of the first.
"""

_base_ = './imagenetlt_classifier_10e.py'

param_scheduler = [
    dict(type='PublishedCosineLR', T_max=5, by_epoch=True, begin=0, end=5),
]
train_cfg = dict(max_epochs=5)
