"""10 epochs at batch 256 for the classifier alone, cosine to 0, for cRT.

As in the published config of cRT for Places-LT: learning rate 0.1, weight
decay 5e-4. An epoch there is 1,817,700 images, as its sampler counts (classes
times images of the largest one); here it is the training set, 62,500.
"""

_base_ = './imagenetlt_classifier_10e.py'

optim_wrapper = dict(optimizer=dict(lr=0.1))
auto_scale_lr = dict(base_batch_size=256)
