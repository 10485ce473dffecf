"""Feature clusters compression (FCC, CVPR 2023) on CIFAR-10-LT.

Strength and first epoch of the published configs: epoch 50, of 200 as of 400.
A second stage has clusters to compress from its first epoch.
"""

needs = {'model.neck': None, 'train_cfg.max_epochs': None}

model = dict(
    neck=[
        *_base_.model.neck,
        dict(
            type='FCCNeck',
            gamma=0.5,
            begin=(
                0
                if 'first_stage' in _base_
                else 50 / max(200, _base_.train_cfg.max_epochs)
            ),
        ),
    ],
)
