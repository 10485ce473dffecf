"""As default_runtime.py, for images of your own: macro accuracy comes first.

A validation set of one's own is seldom balanced; there the mean over the
classes says more than the share of all images.
"""

_base_ = './default_runtime.py'

macro = dict(type='MacroAccuracy')
val_evaluator = dict(metrics=[*_base_.val_evaluator.metrics, macro])
test_evaluator = dict(metrics=[*_base_.test_evaluator.metrics, macro])
custom_hooks = [
    _base_.custom_hooks[0],
    dict(
        type='ResultTableHook',
        columns={
            'macro/accuracy': 'macro',
            'accuracy/top1': 'top-1',
            'shot/many': 'many',
            'shot/medium': 'medium',
            'shot/few': 'few',
            'calibration/ece': 'ECE',
        },
    ),
    *_base_.custom_hooks[2:],
]
