"""vMF classifier, ResNet-18 on images of your own.

Theirs: none, the images are yours. Ours: none, for the same reason.
Run: python tools/train.py configs/vmf/resnet18_images.py
"""

_base_ = '../ce/resnet18_images.py'

model = dict(head=dict(type='VMFClsHead', init_kappa=16.0))
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={'head.kappa': dict(lr_mult=1.0, decay_mult=0.0)}
    ),
)
val_evaluator = dict(
    metrics=[*_base_.val_evaluator.metrics, dict(type='ClassOverlap')]
)
test_evaluator = dict(
    metrics=[*_base_.test_evaluator.metrics, dict(type='ClassOverlap')]
)
