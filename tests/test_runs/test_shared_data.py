"""Both stages of a training on images of your own have the same data."""

import pytest

from mmlt.runs.recipes import first_stage_recipe, load_recipe

SECOND = """
_base_ = 'mmlt::{recipe}.py'
images = dict(
    _delete_=True, type='LongTailedList', ann_file='a.txt', classes=['a', 'b']
)
train_dataloader = dict(batch_size=16, dataset=images)
val_dataloader = dict(dataset=images)
model = dict(backbone=dict(depth=34), head=dict(num_classes=2))
data_preprocessor = dict(num_classes=2)
auto_scale_lr = dict(enable=True)
"""


@pytest.mark.parametrize(
    'recipe',
    ['crt/resnet18_images', 'lws/resnet18_images', 'tau_norm/resnet18_images'],
)
def test_the_first_stage_has_the_data_and_network_of_the_second(
    recipe, tmp_path
):
    path = tmp_path / 'own.py'
    path.write_text(SECOND.format(recipe=recipe))
    second = load_recipe(path, ['fcc'])
    first = first_stage_recipe(second)
    for loader in ('train_dataloader', 'val_dataloader'):
        assert first[loader].dataset == second[loader].dataset
    assert first.train_dataloader.dataset == dict(
        type='LongTailedList', ann_file='a.txt', classes=['a', 'b']
    )
    assert first.train_dataloader.batch_size == 16
    assert first.model.backbone.depth == 34
    assert first.model.head.num_classes == 2
    assert first.data_preprocessor.num_classes == 2
    assert first.auto_scale_lr.enable
    # what is the stage's own
    assert first.model.head.type == 'LinearClsHead'
    assert first.train_dataloader.sampler.type == 'DefaultSampler'
    assert first.train_cfg.max_epochs == 100
    assert first.applied_overlays == ['fcc']
    # it is a copy
    first.model.head.num_classes = 3
    assert second.model.head.num_classes == 2


def test_what_else_the_first_stage_names_comes_after(tmp_path):
    path = tmp_path / 'own.py'
    path.write_text(
        SECOND.format(recipe='crt/resnet18_images')
        + "first_stage = {'train_dataloader.batch_size': 4}\n"
    )
    first = first_stage_recipe(load_recipe(path))
    assert first.train_dataloader.batch_size == 4
    assert first.model.head.num_classes == 2


def test_without_it_the_first_stage_keeps_its_own(tmp_path):
    path = tmp_path / 'own.py'
    path.write_text(
        SECOND.format(recipe='crt/resnet18_images')
        + 'first_stage = dict(same_data=False)\n'
    )
    first = first_stage_recipe(load_recipe(path))
    assert first.model.head.num_classes == 10
