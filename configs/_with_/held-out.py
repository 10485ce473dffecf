"""Hold out a fifth of the training images, to fit calibrators on them.

The class counts are those of the images that are left.
"""

needs = {'train_dataloader.dataset': None}

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='HeldOutSplit',
        part='train',
        fraction=0.2,
        dataset=_base_.train_dataloader.dataset,
    ),
)
