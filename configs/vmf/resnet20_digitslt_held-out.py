"""vMF classifier on DigitsLT, a fifth of each class held out.

For choosing alpha on images that were neither trained on nor tested on:
tools/calibrate_overlap.py finds the held-out part by itself.
Ours: not run yet.
Run: python tools/train.py configs/vmf/resnet20_digitslt_held-out.py
"""

_base_ = './resnet20_digitslt.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='HeldOutSplit',
        part='train',
        fraction=0.2,
        dataset={{_base_.train_dataloader.dataset}},
    ),
)
