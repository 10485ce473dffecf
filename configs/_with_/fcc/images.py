"""Feature clusters compression (FCC, CVPR 2023) on images.

For images of your own: strength and share of the schedule are those of
ImageNet-LT; tau follows the rank of a class. A second stage has clusters to
compress from its first epoch.
"""

needs = {'model.neck': None, 'train_cfg.max_epochs': None}

model = dict(
    neck=[
        *_base_.model.neck,
        dict(
            type='FCCNeck',
            gamma=0.1,
            begin=0 if 'first_stage' in _base_ else 0.25,
        ),
    ],
)
