"""Images of your own in two views: as they are, and with other colors."""

_base_ = ['./image_folder.py', '../augments/views.py']

load, crop, pack = _base_.train_pipeline
data_preprocessor = dict(
    type='TwoViewDataPreprocessor', second_augments=_base_.view_colors
)
train_pipeline = [
    load,
    dict(type='MultiView', transforms=[[crop]], num_views=[2]),
    pack,
]
train_dataloader = dict(
    dataset=dict(dataset=dict(dataset=dict(pipeline=train_pipeline))),
    collate_fn=dict(type='multi_view_collate'),
)
