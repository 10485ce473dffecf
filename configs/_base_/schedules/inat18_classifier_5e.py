"""5 epochs at batch 512 for the scales of LWS, cosine to 0.

As in the published config of LWS for iNaturalist 2018: otherwise as cRT.
"""

_base_ = './imagenetlt_classifier_5e.py'

optim_wrapper = dict(optimizer=dict(weight_decay=1e-4))
