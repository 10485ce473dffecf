import copy
import json
import math

import pytest
import torch

pytest.importorskip('mmdet')
from mmlt.dense import FastLVISMetric

from .lvis_case import CLASSES, annotations, predictions

# The numbers of lvis 0.5.3 (LVISEval.get_results, in percent) on the same
# annotations and detections, with `numpy.float = float` before it
THEIRS = {
    'bbox': {
        'AP': 62.458777,
        'AP50': 79.321557,
        'AP75': 69.23181,
        'APs': 58.723833,
        'APm': 69.755634,
        'APr': 53.974365,
        'APc': 61.736454,
        'APf': 71.665511,
        'AR@300': 86.785714,
    },
    'segm': {
        'AP': 62.060831,
        'AP50': 79.321557,
        'AP75': 67.028517,
        'APs': 59.820957,
        'APm': 69.284363,
        'APr': 53.070536,
        'APc': 61.245874,
        'APf': 71.866084,
        'AR@300': 85.952381,
    },
}


@pytest.fixture(scope='module')
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp('lvis') / 'val.json'
    path.write_text(json.dumps(annotations()))
    return path


def result(file, samples, classes=CLASSES, **settings):
    metric = FastLVISMetric(file, **(dict(metric=['bbox', 'segm']) | settings))
    metric.dataset_meta = dict(classes=classes)
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_numbers_are_those_of_lvis(file):
    found = result(file, predictions(annotations()))
    for kind, numbers in THEIRS.items():
        for name, value in numbers.items():
            got = found[f'lvis/{kind}_{name}']
            assert got == pytest.approx(value, abs=1e-6), (kind, name)
    # no annotation is larger than 96 x 96
    assert math.isnan(found['lvis/bbox_APl'])


def test_the_best_detections_of_an_image_count(file):
    """As lvis: of an image, not of an image and a class."""
    samples = predictions(annotations())
    few = copy.deepcopy(samples)
    for sample in few:
        found = sample['pred_instances']
        best = found['scores'].argsort(descending=True)[:2]
        for name, value in found.items():
            found[name] = value[best]
    limited = result(file, samples, metric='bbox', max_per_image=2)
    assert limited == result(file, few, metric='bbox')
    assert limited['lvis/bbox_AP'] < THEIRS['bbox']['AP']


def test_a_second_evaluation_has_the_same_numbers(file):
    metric = FastLVISMetric(file, metric='segm')
    metric.dataset_meta = dict(classes=CLASSES)
    found = []
    for _ in range(2):
        samples = predictions(annotations())
        metric.process({}, samples)
        found.append(metric.evaluate(len(samples)))
    assert str(found[0]) == str(found[1])


def test_nothing_detected_is_zero(file):
    samples = predictions(annotations())
    for sample in samples:
        found = sample['pred_instances']
        for name, value in found.items():
            found[name] = value[:0]
    found = result(file, samples)
    for kind in ('bbox', 'segm'):
        for name in ('AP', 'APr', 'APc', 'APf', 'AR@300'):
            assert found[f'lvis/{kind}_{name}'] == 0


def test_boxes_without_an_area_are_left_out_as_by_lvis(file):
    """`LVIS.get_ann_ids` keeps what has an area above zero.

    lvis 0.5.3 beside it: one good box, and one of width 0 with a higher
    score, AP 0.9; of width 0.001, AP 0.45.
    """
    plain = result(file, predictions(annotations()))
    samples = predictions(annotations())
    for sample in samples:
        found = sample['pred_instances']
        flat = found['bboxes'].clone()
        flat[:, 2] = flat[:, 0]
        found['bboxes'] = torch.cat([flat, found['bboxes']])
        found['scores'] = torch.cat([found['scores'] + 1, found['scores']])
        for name in ('labels', 'masks'):
            twice = [found[name], found[name]]
            found[name] = (
                torch.cat(twice)
                if isinstance(found[name], torch.Tensor)
                else twice[0] + twice[1]
            )
    assert str(result(file, samples)) == str(plain)
    # but they take their places among the best of an image
    assert result(file, samples, max_per_image=1)['lvis/bbox_AP'] == 0


def test_what_is_wrong_is_said(file, tmp_path):
    samples = predictions(annotations())
    with pytest.raises(ValueError, match="number 5 is 'fox' there and no cl"):
        result(file, samples, CLASSES[:5])
    other = copy.deepcopy(samples)
    other[0]['img_id'] = 99
    with pytest.raises(ValueError, match='image 99 is not in it'):
        result(file, other)
    for sample in other:
        del sample['pred_instances']['masks']
    other[0]['img_id'] = 1
    with pytest.raises(ValueError, match='there are boxes alone'):
        result(file, other)
    with pytest.raises(ValueError, match='`metric` to be one of'):
        FastLVISMetric(file, metric='proposal')
    with pytest.raises(ValueError, match='max_per_image'):
        FastLVISMetric(file, max_per_image=0)
    content = annotations()
    del content['categories'][2]['frequency']
    coco = tmp_path / 'coco.json'
    coco.write_text(json.dumps(content))
    with pytest.raises(ValueError, match='but cat has None'):
        FastLVISMetric(coco)
