"""Places-LT from the field's lists (lines of "path label") and your images.

data/places holds the image folders and Places_LT_{train,val,test}.txt.
"""

_base_ = './imagenetlt.py'

data_preprocessor = dict(num_classes=365)
metainfo = dict(classes=[str(i) for i in range(365)])

train_dataloader = dict(
    batch_size=128,
    dataset=dict(
        data_root='data/places',
        ann_file='Places_LT_train.txt',
        metainfo=metainfo,
    ),
)
val_dataloader = dict(
    dataset=dict(
        data_root='data/places',
        ann_file='Places_LT_val.txt',
        metainfo=metainfo,
    ),
)
test_dataloader = dict(
    dataset=dict(
        data_root='data/places',
        ann_file='Places_LT_test.txt',
        metainfo=metainfo,
    ),
)
