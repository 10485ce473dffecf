"""GPaCo (parametric contrast of two views), ResNet-152 on Places-LT.

From pre-trained weights; of the convolutions, those of the last block alone
are trained.
Theirs (accuracy): 41.7 (README of the published code).
Ours: not run yet.
Run: python tools/train.py configs/gpaco/resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/resnet152_placeslt.py',
    '../_base_/datasets/placeslt_two_views.py',
    '../_base_/schedules/gpaco_placeslt_30e.py',
    '../_base_/default_runtime.py',
]

fixed_convolutions = [
    'backbone.conv1',
    *(f'backbone.layer{s}.0.downsample.0' for s in (1, 2, 3, 4)),
    *(
        f'backbone.layer{stage}.{block}.conv{number}'
        for stage, blocks in ((1, 3), (2, 8), (3, 36), (4, 2))
        for block in range(blocks)
        for number in (1, 2, 3)
    ),
]
model = dict(
    type='ParametricContrastClassifier',
    frozen=fixed_convolutions,
    contrast=dict(type='ParametricContrast', alpha=0.02),
)
