"""30 epochs at batch 128, as LADE's config for Places-LT.

Learning rate 0.1 for the classifier and 0.001 for the network, a tenth of
both after 10 and after 20 epochs; weight decay 5e-4.
"""

_base_ = './placeslt_30e.py'

param_scheduler = [
    dict(type='MultiStepLR', by_epoch=True, milestones=[10, 20], gamma=0.1),
]
