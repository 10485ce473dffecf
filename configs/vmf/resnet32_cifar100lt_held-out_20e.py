"""vMF classifier on CIFAR-100-LT, 20 epochs, a fifth of each class held out.

For choosing alpha on images that were neither trained on nor tested on:
tools/calibrate_overlap.py finds the held-out part by itself.
Ours: results/README.md.
Run: python tools/train.py configs/vmf/resnet32_cifar100lt_held-out_20e.py
"""

_base_ = './resnet32_cifar100lt_20e.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='HeldOutSplit',
        part='train',
        fraction=0.2,
        dataset={{_base_.train_dataloader.dataset}},
    ),
)
