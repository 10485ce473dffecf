"""Places-LT from the field's lists (lines of "path label") and your images.

data/places holds the image folders and Places_LT_{train,val,test}.txt; the published lists name the folders in two ways,
take those of yours. Check them with python tools/dataset_tools/verify_splits.py placeslt --data-root data/places.
"""

_base_ = './imagenetlt.py'

data_preprocessor = dict(num_classes=365)

train_dataloader = dict(
    batch_size=128,
    dataset=dict(
        type='PlacesLT',
        data_root='data/places',
        ann_file='Places_LT_train.txt',
    ),
)
val_dataloader = dict(
    dataset=dict(
        type='PlacesLT',
        data_root='data/places',
        ann_file='Places_LT_val.txt',
    ),
)
test_dataloader = dict(
    dataset=dict(
        type='PlacesLT',
        data_root='data/places',
        ann_file='Places_LT_test.txt',
    ),
)
