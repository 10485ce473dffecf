"""Cross-entropy on CIFAR-100-LT, 20 epochs, a fifth of each class held out.

For fitting calibrators (tools/analysis_tools/posthoc.py) on images that were
neither trained on nor tested on; not comparable with the published numbers.
Ours: results/README.md.
Run: python tools/train.py configs/ce/resnet32_cifar100lt_held-out_20e.py
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
