"""vMF classifier, ResNet-20 on DigitsLT, imbalance ratio 20.

Under a minute on two CPU cores.
Theirs: none, the data set is ours.
Ours: 93.75 (results/README.md).
Run: python tools/train.py configs/vmf/resnet20_digitslt.py
"""

_base_ = '../ce/resnet20_digitslt.py'

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
