import pytest
from mmpretrain.registry import DATASETS

from mmlt.datasets import INaturalist18


def build(root, **kwargs):
    return DATASETS.build(
        dict(type='INaturalist18', data_root=str(root), **kwargs)
    )


def test_it_knows_its_classes(tmp_path):
    lines = ['a.jpg 0', 'b.jpg 8141', 'c.jpg 8141']
    (tmp_path / 'list.txt').write_text('\n'.join(lines) + '\n')
    dataset = build(tmp_path, ann_file='list.txt')
    assert type(dataset) is INaturalist18
    assert len(dataset.metainfo['classes']) == 8142
    counts = dataset.metainfo['class_counts']
    assert len(counts) == 8142
    assert (counts[0], counts[1], counts[-1]) == (1, 0, 2)


@pytest.mark.parametrize('ann_file', ['', 'no.txt'])
def test_a_missing_list_says_where_to_get_it(tmp_path, ann_file):
    match = 'iNaturalist18_.*train2018.json'
    with pytest.raises(FileNotFoundError, match=match):
        build(tmp_path, ann_file=ann_file)


def test_it_reads_its_json(tmp_path):
    (tmp_path / 'a.json').write_text(
        '{"images": [{"id": 5, "file_name": "bee/photo 1.jpg"}],'
        ' "annotations": [{"image_id": 5, "category_id": 8141}]}'
    )
    dataset = build(tmp_path, ann_file='a.json')
    assert dataset.get_cat_ids(0) == [8141]
    assert dataset.get_data_info(0)['img_path'].endswith('bee/photo 1.jpg')
