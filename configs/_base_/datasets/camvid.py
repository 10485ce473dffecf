"""CamVid at 240 x 180: 11 classes, 367 images for training and 233 for test.

In ``data/camvid``: ``train``, ``val``, ``test`` (pictures), ``trainannot``,
``valannot``, ``testannot`` (masks; 255 is not labeled). Road has 108 times the
pixels of bicyclists. The classes are those of the SegNet tutorial.
"""

_names = (
    'sky',
    'building',
    'pole',
    'road',
    'pavement',
    'tree',
    'signsymbol',
    'fence',
    'car',
    'pedestrian',
    'bicyclist',
)
_load = [dict(type='LoadImageFromFile'), dict(type='LoadAnnotations')]
_train = dict(
    type='BaseSegDataset',
    data_root='data/camvid',
    data_prefix=dict(img_path='train', seg_map_path='trainannot'),
    img_suffix='.jpg',
    seg_map_suffix='.png',
    metainfo=dict(classes=_names, palette=[[23 * c] * 3 for c in range(11)]),
    pipeline=[
        *_load,
        dict(type='RandomCrop', crop_size=(128, 128)),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackSegInputs'),
    ],
)
_test = dict(
    _train,
    data_prefix=dict(img_path='test', seg_map_path='testannot'),
    pipeline=[*_load, dict(type='PackSegInputs')],
)
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    collate_fn=dict(type='pseudo_collate'),
    dataset=_train,
)
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='pseudo_collate'),
    dataset=_test,
)
test_dataloader = val_dataloader
