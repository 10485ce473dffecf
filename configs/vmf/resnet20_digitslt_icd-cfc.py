"""vMF classifier with inter-class discrepancy and class-feature consistency, on DigitsLT.

Weight 0.2 (1 - e/E)^0.9 in epoch e of E. Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet20_digitslt_icd-cfc.py
"""

_base_ = './resnet20_digitslt.py'

model = dict(
    head=dict(
        aux_losses=[
            dict(type='InterClassDiscrepancyLoss'),
            dict(type='ClassFeatureConsistencyLoss'),
        ],
    ),
)
