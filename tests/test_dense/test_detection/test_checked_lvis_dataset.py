import json

import pytest

pytest.importorskip('mmdet')
from mmdet.registry import DATASETS

from mmlt.dense.detection.lvis_file import name_images

from .conftest import CLASSES, dataset


def test_images_and_labels_are_those_of_the_file(boxes):
    found = DATASETS.build(dataset(boxes, 'train'))
    content = json.loads((boxes / 'train.json').read_text())
    assert len(found) == len(content['images'])
    info = found.get_data_info(0)
    assert info['img_path'] == f'{boxes}/train/0000.png'
    annotations = [a for a in content['annotations'] if a['image_id'] == 1]
    assert len(info['instances']) == len(annotations)
    for instance, written in zip(info['instances'], annotations, strict=True):
        x, y, width, height = written['bbox']
        assert instance['bbox'] == [x, y, x + width, y + height]
        assert instance['bbox_label'] == written['category_id'] - 1
        assert instance['mask'] == written['segmentation']
    # as ClassBalancedDataset asks for them
    assert found.get_cat_ids(0) == [a['category_id'] - 1 for a in annotations]


@pytest.mark.parametrize(
    ('classes', 'message'),
    [
        (CLASSES[:2], "2 classes of .*number 2 is 'cross' there and no class"),
        (
            (CLASSES[1], CLASSES[0], CLASSES[2]),
            "number 0 is 'disc' there and 'box' here",
        ),
        ((*CLASSES, 'ring'), "no class there and 'ring' here"),
    ],
)
def test_other_classes_than_those_of_the_file_are_said(
    boxes, classes, message
):
    with pytest.raises(ValueError, match=message):
        DATASETS.build(dataset(boxes, 'train', classes))


def test_an_image_needs_a_name():
    images = [{'id': 1, 'file_name': 'a.jpg'}, {'id': 2}]
    with pytest.raises(ValueError, match='image 2 has neither'):
        name_images(images)
    images[1]['coco_url'] = 'http://images.cocodataset.org/val2017/b.jpg'
    name_images(images)
    assert [i['file_name'] for i in images] == ['a.jpg', 'val2017/b.jpg']
