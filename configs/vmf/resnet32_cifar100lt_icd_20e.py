"""vMF classifier with inter-class discrepancy, CIFAR-100-LT, 20 epochs.

Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet32_cifar100lt_icd_20e.py
"""

_base_ = './resnet32_cifar100lt_20e.py'

model = dict(
    head=dict(aux_losses=[dict(type='InterClassDiscrepancyLoss')]),
)
