"""iNaturalist 2018 (437,513 training images) from the field's lists, or the official JSON, and your images.

data/inat18 holds the folder train_val2018 and iNaturalist18_{train,val}.txt; check them with
python tools/dataset_tools/verify_splits.py inat18 --data-root data/inat18. The field tests on the validation split.
"""

_base_ = './imagenetlt.py'

# as ImageNet-LT, without changes of color
data_preprocessor = dict(
    num_classes=8142,
    augments=[dict(type='BatchRandomFlip', prob=0.5)],
)
# with them, for methods whose code has them
color_augments = [
    dict(type='BatchRandomFlip', prob=0.5),
    dict(
        type='BatchColorJitter',
        brightness=0.4,
        contrast=0.4,
        saturation=0.4,
    ),
]

train_dataloader = dict(
    batch_size=128,
    dataset=dict(
        type='INaturalist18',
        data_root='data/inat18',
        ann_file='iNaturalist18_train.txt',
    ),
)
val_dataloader = dict(
    dataset=dict(
        type='INaturalist18',
        data_root='data/inat18',
        ann_file='iNaturalist18_val.txt',
    ),
)
test_dataloader = dict(
    dataset=dict(
        type='INaturalist18',
        data_root='data/inat18',
        ann_file='iNaturalist18_val.txt',
    ),
)
