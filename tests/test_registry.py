import pytest
from mmengine.registry import MODELS as ROOT
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS, MODELS

import mmlt.registry  # noqa: F401
from mmlt.models import FCCNeck


def test_the_scope_finds_what_is_registered_in_mmpretrain():
    alias = ROOT._search_child('mmlt')
    assert alias.get('FCCNeck') is FCCNeck
    assert alias.get('LinearClsHead') is MODELS.get('LinearClsHead')
    assert alias.get('BaseDataPreprocessor') is not None  # of mmengine


@pytest.mark.parametrize('kind', ['FCCNeck', 'mmlt.FCCNeck'])
def test_a_config_of_the_scope_builds(kind):
    neck = MODELS.build(dict(type=kind, gamma=0.5, _scope_='mmlt'))
    assert isinstance(neck, FCCNeck)


def test_parts_inside_such_a_config_are_found_too():
    head = dict(type='LinearClsHead', num_classes=3, in_channels=4)
    built = MODELS.build(dict(**head, _scope_='mmlt'))
    assert type(built.loss_module).__name__ == 'CrossEntropyLoss'


def test_lists_become_sequences_of_parts_as_with_the_parent():
    with DefaultScope.overwrite_default_scope('mmlt'):
        necks = MODELS.build(
            [dict(type='GlobalAveragePooling'), dict(type='FCCNeck', gamma=1)]
        )
    assert isinstance(necks[1], FCCNeck)


def test_a_wrong_name_is_still_an_error():
    with pytest.raises(KeyError, match='NoSuchData'):
        DATASETS.build(dict(type='NoSuchData', _scope_='mmlt'))
