"""vMF classifier with inter-class discrepancy, on CIFAR-10-LT.

Weight 0.2 (1 - e/E)^0.9 in epoch e of E. Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet32_cifar10lt_icd.py
"""

_base_ = './resnet32_cifar10lt.py'

model = dict(
    head=dict(
        aux_losses=[
            dict(type='InterClassDiscrepancyLoss'),
        ],
    ),
)
