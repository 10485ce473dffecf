"""Images of your own in three views: as they are, and two of SimCLR."""

_base_ = ['./image_folder.py', '../augments/views.py']

load, crop, pack = _base_.train_pipeline
data_preprocessor = dict(
    type='MultiViewDataPreprocessor',
    other_augments=[_base_.view_colors, _base_.view_colors],
)
train_pipeline = [
    load,
    dict(type='MultiView', transforms=[[crop]], num_views=[3]),
    pack,
]
train_dataloader = dict(
    dataset=dict(dataset=dict(dataset=dict(pipeline=train_pipeline))),
    collate_fn=dict(type='multi_view_collate'),
)
