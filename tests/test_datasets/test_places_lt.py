import pytest
from mmpretrain.registry import DATASETS

from mmlt.datasets import PlacesLT


def build(root, **kwargs):
    return DATASETS.build(dict(type='PlacesLT', data_root=str(root), **kwargs))


def test_it_knows_its_classes(tmp_path):
    lines = ['a.jpg 0', 'b.jpg 364', 'c.jpg 364']
    (tmp_path / 'list.txt').write_text('\n'.join(lines) + '\n')
    dataset = build(tmp_path, ann_file='list.txt')
    assert type(dataset) is PlacesLT
    assert len(dataset.metainfo['classes']) == 365
    counts = dataset.metainfo['class_counts']
    assert len(counts) == 365
    assert (counts[0], counts[1], counts[-1]) == (1, 0, 2)


@pytest.mark.parametrize('ann_file', ['', 'no.txt'])
def test_a_missing_list_says_where_to_get_it(tmp_path, ann_file):
    match = 'Places_LT_.*classifier-balancing'
    with pytest.raises(FileNotFoundError, match=match):
        build(tmp_path, ann_file=ann_file)
