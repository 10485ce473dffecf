"""vMF classifier, ResNeXt-50 on ImageNet-LT.

Theirs (accuracy): 55.0, the best of arXiv 2208.10043 (abstract); their code,
with ICD, about 54.5 (README).
Ours: not run yet.
Run: python tools/train.py configs/vmf/resnext50_imagenetlt.py
"""

_base_ = '../ce/resnext50_imagenetlt.py'

model = dict(head=dict(type='VMFClsHead', init_kappa=16.0))
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={'head.kappa': dict(lr_mult=0.5, decay_mult=0.0)}
    ),
)
# 45 epochs with two views of each image, as published: a rate for two epochs
param_scheduler = [dict(_base_.param_scheduler[0], every=2)]
val_evaluator = dict(
    metrics=[*_base_.val_evaluator.metrics, dict(type='ClassOverlap')]
)
test_evaluator = dict(
    metrics=[*_base_.test_evaluator.metrics, dict(type='ClassOverlap')]
)
