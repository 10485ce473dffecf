"""10 epochs at batch 256 for the classifier alone, cosine to 0, for cRT.

As in the published config of cRT for Places-LT: learning rate 0.1, weight
decay 5e-4. An epoch is 244 steps, the training set of 62,500 images once,
there as here (imagenetlt_classifier_10e.py).
"""

_base_ = './imagenetlt_classifier_10e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1))
auto_scale_lr = dict(base_batch_size=256)
