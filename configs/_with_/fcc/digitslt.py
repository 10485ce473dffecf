"""Feature clusters compression (FCC, CVPR 2023) on the digits.

Ours: the strength of CIFAR-10-LT, and its share of the schedule. A second stage
has clusters to compress from its first epoch.
"""

needs = {'model.neck': None, 'train_cfg.max_epochs': None}

model = dict(
    neck=[
        *_base_.model.neck,
        dict(
            type='FCCNeck',
            gamma=0.5,
            begin=0 if 'first_stage' in _base_ else 0.25,
        ),
    ],
)
