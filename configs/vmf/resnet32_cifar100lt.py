"""vMF classifier, ResNet-32 on CIFAR-100-LT, imbalance ratio 100.

All concentrations start at 16, with the learning rate of the network and no
weight decay, as in the published code for ImageNet-LT.
Theirs (accuracy): none, the paper has no CIFAR-LT.
Ours: 43.11, 40 epochs (results/README.md).
Run: python tools/train.py configs/vmf/resnet32_cifar100lt.py
"""

_base_ = '../ce/resnet32_cifar100lt.py'

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
