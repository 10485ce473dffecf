"""First stage of MiSLAS: cross-entropy and mixup (alpha 0.2),
ResNet-152 on Places-LT.

From pre-trained weights; the last block and the classifier alone are trained.
Theirs (accuracy): 29.4 (README of MiSLAS).
Ours: not run yet.
Run: python tools/train.py configs/mislas/stage1_resnet152_placeslt.py
"""

_base_ = [
    '../_base_/models/resnet152_placeslt.py',
    '../_base_/datasets/placeslt.py',
    '../_base_/schedules/proco_imagenetlt_90e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    frozen=[
        'backbone.conv1',
        'backbone.bn1',
        'backbone.layer1',
        'backbone.layer2',
        'backbone.layer3',
        'backbone.layer4.0',
        'backbone.layer4.1',
    ],
    norm_eval=True,
)
data_preprocessor = dict(mixing=dict(type='BatchMixup', alpha=0.2))
train_dataloader = dict(batch_size=256)
