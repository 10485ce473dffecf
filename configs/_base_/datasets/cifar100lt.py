"""CIFAR-100-LT, imbalance ratio 100: 10,847 training images; test 10,000."""

_base_ = './cifar10lt.py'

data_preprocessor = dict(num_classes=100)
train_dataloader = dict(
    dataset=dict(type='CIFAR100LT', data_root='data/cifar100'),
)
val_dataloader = dict(
    dataset=dict(type='CIFAR100LT', data_root='data/cifar100'),
)
test_dataloader = val_dataloader
