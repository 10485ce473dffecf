"""8 epochs for the classifier alone, on the digits; the schedule is ours."""

_base_ = './digits_40e.py'

param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=2),
    dict(type='MultiStepLR', by_epoch=True, milestones=[4, 6], gamma=0.1),
]
train_cfg = dict(max_epochs=8)
