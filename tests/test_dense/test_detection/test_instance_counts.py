import json

import numpy as np
import pytest

pytest.importorskip('mmdet')
from mmdet.registry import DATASETS

from mmlt.dense import VMFLinear
from mmlt.dense.detection.instance_counts import instance_counts

from .conftest import CLASSES, dataset


def by_hand(folder, part='train'):
    content = json.loads((folder / f'{part}.json').read_text())
    labels = [a['category_id'] - 1 for a in content['annotations']]
    return [labels.count(k) for k in range(len(CLASSES))]


def test_every_instance_counts(boxes):
    counts = instance_counts(DATASETS.build(dataset(boxes, 'train')))
    assert counts.tolist() == by_hand(boxes) == [16, 4, 2]


@pytest.mark.parametrize(
    'wrapper',
    [
        dict(type='ClassBalancedDataset', oversample_thr=0.9),
        dict(type='RepeatDataset', times=3),
    ],
)
def test_what_is_drawn_more_often_counts_once(boxes, wrapper):
    wrapped = DATASETS.build(dict(wrapper, dataset=dataset(boxes, 'train')))
    assert len(wrapped) > 8
    assert instance_counts(wrapped).tolist() == by_hand(boxes)


def test_parts_are_added(boxes):
    parts = [dataset(boxes, 'train'), dataset(boxes, 'val')]
    joined = DATASETS.build(dict(type='ConcatDataset', datasets=parts))
    both = np.add(by_hand(boxes), by_hand(boxes, 'val'))
    assert instance_counts(joined).tolist() == both.tolist()


def changed(boxes, tmp_path, change):
    content = json.loads((boxes / 'train.json').read_text())
    change(content)
    (tmp_path / 'train.json').write_text(json.dumps(content))
    return DATASETS.build(
        dataset(tmp_path, 'train', data_prefix=dict(img=str(boxes)))
    )


def test_crowds_are_not_trained_on_and_do_not_count(boxes, tmp_path):
    def crowd(content):
        content['annotations'][0]['iscrowd'] = 1

    assert instance_counts(changed(boxes, tmp_path, crowd))[0] == 15


def test_a_label_that_is_no_class_is_named(boxes):
    found = DATASETS.build(dataset(boxes, 'train'))
    found._metainfo['classes'] = CLASSES[:2]
    message = r'labels from 0 to 1 .*/0000\.png has an instance of 2'
    with pytest.raises(ValueError, match=message):
        instance_counts(found)


def test_a_class_without_an_instance_is_named(boxes, tmp_path):
    def no_cross(content):
        content['annotations'] = [
            a for a in content['annotations'] if a['category_id'] != 3
        ]

    counts = instance_counts(changed(boxes, tmp_path, no_cross))
    with pytest.raises(ValueError, match='class 2 has 0'):
        VMFLinear(6, 5).set_class_counts(counts)


def test_a_set_without_names_or_instances_is_refused(boxes):
    found = DATASETS.build(dataset(boxes, 'train'))
    found._metainfo['classes'] = ()
    with pytest.raises(ValueError, match='to name its classes'):
        instance_counts(found)
    found._metainfo['classes'] = CLASSES
    found.get_data_info = lambda index: dict(img_path='a.png', gt_label=1)
    with pytest.raises(ValueError, match='`instances` of a.png, but .*gt_la'):
        instance_counts(found)
