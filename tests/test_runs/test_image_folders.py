"""Folders of images that are not there, before anything is loaded."""

import pytest
from mmengine.config import Config

from mmlt.runs.image_folders import check_image_folders


def config(**settings):
    return Config(dict(train_dataloader=dict(dataset=settings)))


@pytest.mark.parametrize(
    ('settings', 'name'),
    [
        (dict(type='CustomDataset', data_root='gone'), 'data_root'),
        (dict(type='LongTailedList', data_prefix='gone'), 'data_prefix'),
        (dict(type='mmpretrain.LongTailedList', data_prefix='gone'), 'data_p'),
        (
            dict(
                type='HeldOutSplit',
                dataset=dict(type='LongTailedList', data_prefix='gone'),
            ),
            'data_prefix',
        ),
    ],
)
def test_a_folder_that_is_not_there_is_said(settings, name):
    with pytest.raises(FileNotFoundError, match=f'at gone .`{name}'):
        check_image_folders(config(**settings))


def test_a_prefix_belongs_to_the_root_of_the_data(tmp_path):
    (tmp_path / 'photos').mkdir()
    settings = dict(type='LongTailedList', data_root=str(tmp_path))
    check_image_folders(config(**settings, data_prefix='photos'))
    check_image_folders(config(**settings, data_prefix=''))
    check_image_folders(config(**settings, data_prefix=str(tmp_path)))
    with pytest.raises(FileNotFoundError, match='picture'):
        check_image_folders(config(**settings, data_prefix='pictures'))


def test_what_lies_elsewhere_is_not_looked_for():
    check_image_folders(config(type='DigitsLT'))
    check_image_folders(
        config(type='LongTailedList', data_prefix='s3://bucket/photos')
    )
