"""30 epochs at batch 512 for the classifier alone, cosine to 0, for cRT.

As in the published config of cRT for iNaturalist 2018: learning rate 0.2,
weight decay 1e-4. An epoch is 854 steps, the training set of 437,513 images
once, there as here (imagenetlt_classifier_10e.py).
"""

_base_ = './imagenetlt_classifier_10e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=1e-4))
param_scheduler = [
    dict(type='PublishedCosineLR', T_max=30, by_epoch=True, begin=0, end=30),
]
train_cfg = dict(max_epochs=30)
