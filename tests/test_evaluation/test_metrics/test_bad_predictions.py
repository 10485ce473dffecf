"""No metric makes a number of what is no prediction."""

import pytest
import torch
from mmpretrain.models import LinearClsHead

from mmlt.evaluation import (
    CalibrationError,
    LongTailMetric,
    MacroAccuracy,
    MisclassifiedArea,
    ShotAccuracy,
)
from mmlt.functional import calibration_error, top_calibration_error

from ..conftest import batched

COUNTS = [200, 90, 50, 10, 5]


def area():
    metric = MisclassifiedArea(gamma=0.5, class_counts=COUNTS)
    metric.set_head(LinearClsHead(5, 8))
    return metric


METRICS = {
    'calibration': CalibrationError,
    'shot': lambda: ShotAccuracy(class_counts=COUNTS),
    'macro': MacroAccuracy,
    'long_tail': lambda: LongTailMetric(class_counts=COUNTS),
    'area': area,
}


def evaluate(metric, scores, labels):
    for samples in batched(scores, labels, 16):
        metric.process(None, [sample.to_dict() for sample in samples])
    return metric.evaluate(len(labels))


@pytest.mark.parametrize('name', METRICS)
def test_nan_and_labels_that_are_no_class_are_refused(name, predictions):
    scores, labels = predictions
    assert evaluate(METRICS[name](), scores, labels)
    bad = scores.clone()
    bad[40, 2] = float('nan')
    with pytest.raises(ValueError, match=r'nan'):
        evaluate(METRICS[name](), bad, labels)
    for label in (5, -1):
        wrong = labels.clone()
        wrong[40] = label
        with pytest.raises(ValueError, match=f'from 0 to 4, but got {label}'):
            evaluate(METRICS[name](), scores, wrong)


@pytest.mark.parametrize('name', ['calibration', 'long_tail', 'area'])
def test_what_is_no_distribution_is_refused(name, predictions):
    scores, labels = predictions
    for wrong in (scores * 0.9, scores * 2, scores.log(), scores - 0.01):
        with pytest.raises(ValueError, match='probabilities.*kind='):
            evaluate(METRICS[name](), wrong, labels)


@pytest.mark.parametrize('name', METRICS)
@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_is_a_distribution(name, dtype, predictions):
    scores, labels = predictions
    assert evaluate(METRICS[name](), scores.to(dtype), labels)


def test_the_functions_refuse_the_same(predictions):
    scores, labels = predictions
    for wrong in (scores * 2, scores.log(), scores * float('nan')):
        with pytest.raises(ValueError, match='Expected probabilities'):
            calibration_error(wrong, labels)
    with pytest.raises(ValueError, match='labels from 0 to 4'):
        calibration_error(scores, labels + 1)
    correct = torch.ones(3, dtype=torch.bool)
    for wrong in (-0.1, 1.5, float('nan')):
        confidence = torch.tensor([0.5, 0.9, wrong])
        with pytest.raises(ValueError, match='`confidence` in'):
            top_calibration_error(confidence, correct)
