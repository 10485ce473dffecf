import math

import pytest
import torch

from mmlt.evaluation import BatchEvaluator, ShotAccuracy

from ..conftest import batched, made_predictions, run

COUNTS = [200, 101, 100, 20, 5]
# as CalibrationError's, by shape, classes, seed and dtype
AT_F3669FC = {
    ('peaked', 5, 15, 'float32'): (
        68.83333333333333,
        math.nan,
        math.nan,
    ),
    ('peaked', 5, 15, 'float16'): (
        68.83333333333333,
        math.nan,
        math.nan,
    ),
    ('peaked', 5, 15, 'bfloat16'): (
        68.83333333333333,
        math.nan,
        math.nan,
    ),
    ('peaked', 12, 15, 'float32'): (70.2020202020202, 55.46875, 50.0),
    ('peaked', 12, 15, 'float16'): (70.2020202020202, 55.46875, 50.0),
    ('peaked', 12, 15, 'bfloat16'): (70.2020202020202, 55.46875, 50.0),
    ('flat', 700, 15, 'float32'): (
        89.28571428571429,
        91.66666666666666,
        57.14285714285714,
    ),
    ('flat', 700, 15, 'float16'): (
        89.28571428571429,
        91.66666666666666,
        57.14285714285714,
    ),
    ('flat', 700, 15, 'bfloat16'): (
        96.3855421686747,
        96.42857142857143,
        50.920245398773,
    ),
}


@pytest.mark.parametrize('case', AT_F3669FC, ids=str)
def test_values_are_those_of_before_to_the_last_digit(case):
    shape, classes, seed, dtype = case
    counts = [max(300 - 30 * c, 1) for c in range(classes)]
    made = made_predictions(classes + seed, classes, dtype, shape)
    metric = ShotAccuracy(class_counts=counts, average='images')
    out = run(BatchEvaluator(metric), batched(*made, 64), 600)
    expected = pytest.approx(AT_F3669FC[case], rel=0, abs=0, nan_ok=True)
    assert tuple(out.values()) == expected


def test_any_scores_will_do(predictions):
    """Of logits the largest is the prediction, too."""
    scores, labels = predictions
    metrics = [
        run(
            BatchEvaluator(ShotAccuracy(class_counts=COUNTS)),
            batched(made, labels, 10),
            103,
        )
        for made in (scores, 7 * scores - 3)
    ]
    assert metrics[0] == metrics[1]


def test_is_the_mean_accuracy_of_the_classes_of_a_group(predictions):
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
        of_classes = [right[(labels == c).numpy()].mean() for c in classes]
        expected = 100 * sum(of_classes) / len(classes)
        assert out[f'shot/{name}'] == pytest.approx(expected, rel=1e-12)


def test_an_empty_group_is_nan(predictions):
    metric = ShotAccuracy(class_counts=[200] * 5)
    out = run(BatchEvaluator(metric), batched(*predictions, 50), 103)
    assert math.isnan(out['shot/few'])
    assert math.isnan(out['shot/medium'])
    assert 0 < out['shot/many'] < 100


def test_limits_are_options(predictions):
    scores, labels = predictions
    metric = ShotAccuracy(
        many=1000, few=0, class_counts=COUNTS, average='images'
    )
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
    with pytest.raises(ValueError, match="'classes', 'images'"):
        ShotAccuracy(average='samples')
