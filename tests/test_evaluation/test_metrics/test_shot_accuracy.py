import math

import pytest
import torch

from mmlt.evaluation import BatchEvaluator, ShotAccuracy

from ..conftest import batched, run

COUNTS = [200, 101, 100, 20, 5]


def test_equals_accuracy_within_each_group(predictions):
    scores, labels = predictions
    out = run(
        BatchEvaluator(ShotAccuracy(class_counts=COUNTS)),
        batched(scores, labels, 10),
        103,
    )
    right = (scores.argmax(1) == labels).numpy()
    for name, classes in {
        'many': [0, 1],
        'medium': [2, 3],
        'few': [4],
    }.items():
        members = [i for i, y in enumerate(labels.tolist()) if y in classes]
        expected = 100 * right[members].mean()
        assert out[f'shot/{name}'] == pytest.approx(expected, rel=1e-12)


def test_an_empty_group_is_nan(predictions):
    metric = ShotAccuracy(class_counts=[200] * 5)
    out = run(BatchEvaluator(metric), batched(*predictions, 50), 103)
    assert math.isnan(out['shot/few'])
    assert math.isnan(out['shot/medium'])
    assert 0 < out['shot/many'] < 100


def test_limits_are_options(predictions):
    scores, labels = predictions
    metric = ShotAccuracy(many=1000, few=0, class_counts=COUNTS)
    out = run(BatchEvaluator(metric), batched(scores, labels, 50), 103)
    accuracy = 100 * (scores.argmax(1) == labels).double().mean().item()
    assert out['shot/medium'] == pytest.approx(accuracy, rel=1e-12)


def test_what_the_sampler_repeated_does_not_count():
    scores = torch.eye(5)[[0, 1, 1]]
    labels = torch.tensor([0, 0, 0])
    metric = ShotAccuracy(class_counts=COUNTS)
    out = run(BatchEvaluator(metric), batched(scores, labels, 3), 2)
    assert out['shot/many'] == 50


def test_a_second_evaluation_starts_anew(predictions):
    evaluator = BatchEvaluator(ShotAccuracy(class_counts=COUNTS))
    first = run(evaluator, batched(*predictions, 10), 103)
    assert run(evaluator, batched(*predictions, 10), 103) == first


def test_counts_that_were_never_set_are_asked_for(predictions):
    with pytest.raises(RuntimeError, match='5 classes, but got none.*Hook'):
        run(BatchEvaluator(ShotAccuracy()), batched(*predictions, 10), 103)


def test_counts_of_another_number_of_classes_are_refused(predictions):
    metric = ShotAccuracy(class_counts=[1, 2])
    with pytest.raises(RuntimeError, match='5 classes, but got those of 2'):
        run(BatchEvaluator(metric), batched(*predictions, 10), 103)


def test_refuses_limits_in_the_wrong_order():
    with pytest.raises(ValueError, match='few=200'):
        ShotAccuracy(few=200)
