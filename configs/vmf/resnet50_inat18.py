"""vMF classifier, ResNet-50 on iNaturalist 2018.

Theirs (accuracy): none known to us.
Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet50_inat18.py
"""

_base_ = '../ce/resnet50_inat18.py'

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
