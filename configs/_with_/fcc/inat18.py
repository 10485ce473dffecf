"""Feature clusters compression (FCC, CVPR 2023) on iNaturalist 2018.

Strength of the published configs, from the first epoch as there. tau follows
the rank of a class.
"""

needs = {'model.neck': None, 'train_cfg.max_epochs': None}

model = dict(
    neck=[
        *_base_.model.neck,
        dict(
            type='FCCNeck',
            gamma=0.1,
            begin=0,
            order='frequency',
        ),
    ],
)
