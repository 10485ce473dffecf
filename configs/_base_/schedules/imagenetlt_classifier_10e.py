"""10 epochs at batch 512 for the classifier alone, cosine to 0, for cRT.

As in the published config of cRT for ImageNet-LT: learning rate 0.2, weight
decay 5e-4. An epoch is 226 steps, the training set of 115,846 images once:
the published sampler could give 1,280,000 (classes times images of the
largest one), and the loop stops after the steps of the training set. The
schedule steps before the epoch: the last one has rate 0.
"""

optim_wrapper = dict(
    type='AutocastOptimWrapper',
    optimizer=dict(type='SGD', lr=0.2, momentum=0.9, weight_decay=5e-4),
)
param_scheduler = [
    dict(type='PublishedCosineLR', T_max=10, by_epoch=True, begin=0, end=10),
]
train_cfg = dict(by_epoch=True, max_epochs=10, val_interval=1)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=512)
