"""Evaluate and save a moving average of the weights (EMA), decay 0.999.

Over the last tenth of the steps at the beginning, and over about 1,000 of
them later; statistics of batch normalization too. `state_dict` of a
checkpoint is the average, and what is trained on lies beside it.
"""

custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='EMAHook',
        ema_type='MomentumAnnealingEMA',
        momentum=1e-3,
        gamma=10,
        update_buffers=True,
    ),
    dict(type='AveragedBuffersHook'),
]
