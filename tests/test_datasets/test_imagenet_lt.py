import pytest
from mmpretrain.registry import DATASETS

from mmlt.datasets import ImageNetLT


def build(root, **kwargs):
    return DATASETS.build(
        dict(type='ImageNetLT', data_root=str(root), **kwargs)
    )


def test_it_knows_its_classes(tmp_path):
    lines = ['a.jpg 0', 'b.jpg 999', 'c.jpg 999']
    (tmp_path / 'list.txt').write_text('\n'.join(lines) + '\n')
    dataset = build(tmp_path, ann_file='list.txt')
    assert type(dataset) is ImageNetLT
    assert len(dataset.metainfo['classes']) == 1000
    counts = dataset.metainfo['class_counts']
    assert len(counts) == 1000
    assert (counts[0], counts[1], counts[-1]) == (1, 0, 2)


@pytest.mark.parametrize('ann_file', ['', 'no.txt'])
def test_a_missing_list_says_where_to_get_it(tmp_path, ann_file):
    match = 'ImageNet_LT_.*OpenLongTailRecognition'
    with pytest.raises(FileNotFoundError, match=match):
        build(tmp_path, ann_file=ann_file)


def test_class_names_are_those_of_imagenet():
    names = ImageNetLT.METAINFO['classes']
    assert names[0].startswith('tench')
    assert names[-1].startswith('toilet')
