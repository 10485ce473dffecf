"""Choose settings without the test set: CIFAR-LT with balanced held-out images.

Of every class a fifth of the official training images is held out, the same
number of each class, and evaluated on in place of the test set. The
long-tailed training set is drawn from the other four fifths: 400 images of
the largest class of CIFAR-100 instead of 500, and 8,668 in all instead of
10,847. Numbers are not comparable with those of the whole training set.
"""

needs = {'train_dataloader.dataset.imbalance_ratio': None}

_train = _base_.train_dataloader.dataset
_whole = dict(_train, imbalance_ratio=None)
_seen = dict(type='HeldOutSplit', part='train', fraction=0.2, dataset=_whole)
_held_out = dict(
    type='HeldOutSplit',
    part='held_out',
    fraction=0.2,
    dataset=dict(
        _base_.val_dataloader.dataset,
        split='train',
        imbalance_ratio=None,
    ),
)

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='LongTailedSubset',
        imbalance_ratio=_train.imbalance_ratio,
        dataset=_seen,
    ),
)
val_dataloader = dict(dataset=dict(_held_out, _delete_=True))
test_dataloader = dict(dataset=dict(_held_out, _delete_=True))
