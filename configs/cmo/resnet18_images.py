"""CMO (boxes of rare classes on frequent backgrounds), cross-entropy,
ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/cmo/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

data_preprocessor = dict(mixing=dict(type='BatchMinorityCutMix'))
train_dataloader = dict(
    batch_size=256,
    sampler=dict(
        _delete_=True,
        type='LongTailSampler',
        strategy='class_balanced',
        pair_with_uniform=True,
    ),
)
auto_scale_lr = dict(base_batch_size=256)
