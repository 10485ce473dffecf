"""Three whole ResNet-32 that learn from each other, for NCL."""

_base_ = './resnet32_cifar.py'

model = dict(
    type='NCLClassifier',
    num_experts=3,
    head=dict(
        type='NCLClsHead',
        num_experts=3,
        hard_fraction=0.3,
        distill_weight=0.6,
    ),
)
