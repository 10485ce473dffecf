"""5 epochs at batch 256 for the scales of LWS, cosine to 0.

As in the published config of LWS for Places-LT: otherwise as cRT.
"""

_base_ = './imagenetlt_classifier_5e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1))
auto_scale_lr = dict(base_batch_size=256)
