"""A pipeline that is written into a config and not used."""

import ast
import re

import pytest

from mmlt.runs.pipelines import is_only_written
from mmlt.runs.recipes import load_recipe

LIST = "[dict(type='LoadImageFromFile'), dict(type='PackInputs')]"
INHERIT = "_base_ = 'mmlt::ce/resnet18_images.py'\n"
# the classes are needed; the images are not looked at
DATA = 'data_preprocessor = dict(num_classes=3)\n'


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('x_pipeline = []', True),
        ('x_pipeline = []\ny = dict(pipeline=x_pipeline)', False),
        ('x_pipeline = []\ny = [*x_pipeline, 1]', False),
        ('_base_.x_pipeline.insert(1, 2)', True),
        ('_base_.x_pipeline[0] = 2', True),
        ('_base_.x_pipeline[0].scale = 2', True),
        ('_base_.x_pipeline += [2]', True),
        ('_base_.x_pipeline.append(1)\ny = _base_.x_pipeline', False),
        ('y = [*_base_.x_pipeline, 2]', False),
        ('y = 1', False),
        ('other.x_pipeline = 1', False),
        ('y = _base_.x_pipeline\nx_pipeline = []', True),
    ],
)
def test_a_variable_that_is_only_written(text, expected):
    assert is_only_written(ast.parse(text), 'x_pipeline') == expected


@pytest.mark.parametrize(
    'text',
    [
        f'train_pipeline = {LIST}',
        "_base_.train_pipeline.insert(1, dict(type='ColorJitter'))",
    ],
)
def test_a_pipeline_that_no_data_set_takes_is_refused(tmp_path, text):
    path = tmp_path / 'mine.py'
    path.write_text(INHERIT + DATA + text)
    with pytest.raises(ValueError, match='`train_pipeline` of .*mine.py') as e:
        load_recipe(str(path))
    line = str(e.value)
    assert 'dataset.pipeline` is that of the base' in line
    # and what it says mends it
    mend = re.search(r'Write (.*) after it\.$', line)[1]
    if text.startswith('train'):
        path.write_text(f'{INHERIT}{DATA}{text}\n{mend}')
        dataset = load_recipe(str(path)).train_dataloader.dataset
        while 'dataset' in dataset:
            dataset = dataset.dataset
        assert [step.type for step in dataset.pipeline] == [
            'LoadImageFromFile',
            'PackInputs',
        ]


def test_a_data_set_in_another_has_its_place_named(tmp_path):
    path = tmp_path / 'mine.py'
    path.write_text(
        "_base_ = 'mmlt::ce/resnet18_images.py'\n"
        'train_dataloader = dict(dataset=dict(_delete_=True, '
        "type='HeldOutSplit', dataset=dict(type='CustomDataset', "
        'pipeline=_base_.train_pipeline)))\n'
        f'train_pipeline = {LIST}'
    )
    mend = r'dict\(dataset=dict\(dataset=dict\(pipeline=train_pipeline\)\)\)'
    with pytest.raises(ValueError, match=f'train_dataloader = {mend} after'):
        load_recipe(str(path))


def test_a_config_that_inherits_from_nothing_is_left_alone(tmp_path):
    """As a run writes it: with the variables of all that it came from."""
    path = tmp_path / 'mine.py'
    path.write_text(INHERIT + DATA)
    cfg = load_recipe(str(path))
    cfg.train_dataloader = dict(dataset=dict(type='DigitsLT', pipeline=[]))
    cfg.dump(path)
    assert 'train_pipeline = [' in path.read_text()
    assert load_recipe(str(path)).train_dataloader.dataset.pipeline == []
