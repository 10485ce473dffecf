import json
import math

import pytest
import torch
from mmpretrain.registry import METRICS

from mmlt.evaluation import BatchEvaluator, LongTailMetric, summarize
from mmlt.evaluation import streaming_metric as module

from ..conftest import batched, listed, run

COUNTS = [200, 101, 100, 20, 5]


@pytest.mark.parametrize('size', [1, 10, 103])
@pytest.mark.parametrize('batches', [batched, listed])
def test_metric_equals_the_function(predictions, size, batches):
    metric = LongTailMetric(class_counts=COUNTS)
    got = run(BatchEvaluator(metric), batches(*predictions, size), 103)
    expected = summarize(*predictions, COUNTS)['numbers']
    assert got == {f'long_tail/{k}': v for k, v in expected.items()}


def test_it_agrees_with_the_metrics_that_were_there(predictions):
    evaluator = BatchEvaluator(
        [
            dict(type='LongTailMetric', class_counts=COUNTS),
            dict(type='ShotAccuracy', class_counts=COUNTS),
            dict(type='CalibrationError'),
            dict(type='Accuracy', topk=(1, 3)),
        ]
    )
    got = run(evaluator, batched(*predictions, 10), 103)
    for ours, theirs in {
        'ece': 'calibration/ece',
        'mce': 'calibration/mce',
        'few': 'shot/few',
        'top1': 'accuracy/top1',
    }.items():
        assert got[f'long_tail/{ours}'] == pytest.approx(got[theirs], abs=1e-5)


@pytest.mark.parametrize('world', [2, 3, 4])
@pytest.mark.parametrize('size', [1, 2, 7, 103])
def test_processes_give_the_bits_of_one(predictions, world, size, monkeypatch):
    """As ``DefaultSampler``: rounds of R, the last filled by repetition."""
    scores, labels = (part[:size] for part in predictions)
    one = run(
        BatchEvaluator(LongTailMetric(class_counts=COUNTS)),
        batched(scores, labels, 10),
        size,
    )
    padded = torch.arange(-(-size // world) * world) % size
    metrics = []
    for rank in range(world):
        rows = padded[rank::world]
        metric = LongTailMetric(class_counts=COUNTS)
        for batch in batched(scores[rows], labels[rows], 10):
            metric.process(None, [batch[0].to_dict()])
        metrics.append(metric)
    # what the others would add, in the place of a process group
    monkeypatch.setattr(module, 'get_world_size', lambda: world)
    for rank, metric in enumerate(metrics):
        monkeypatch.setattr(module, 'get_rank', lambda rank=rank: rank)
        metric._drop_repeated(size)
    first, *others = metrics
    for other in others:
        first.state.merge(other.sums)
    monkeypatch.setattr(first, '_drop_repeated', lambda size: None)
    got = first.evaluate(size)
    assert got == pytest.approx(one, rel=0, abs=0, nan_ok=True)


def test_more_predictions_than_a_sampler_repeats_are_refused(predictions):
    evaluator = BatchEvaluator(LongTailMetric(class_counts=COUNTS))
    with pytest.raises(ValueError, match='of 50 samples.*made 103'):
        run(evaluator, batched(*predictions, 10), 50)


def test_what_the_sampler_repeated_does_not_count():
    scores, labels = torch.eye(5)[[0, 1, 1]], torch.tensor([0, 0, 0])
    metric = LongTailMetric(class_counts=COUNTS)
    got = run(BatchEvaluator(metric), batched(scores, labels, 3), 2)
    assert got['long_tail/top1'] == 50


def test_lists_per_class_and_the_matrix_go_to_json(predictions):
    metric = LongTailMetric(
        class_counts=COUNTS, per_class=True, confusion=True
    )
    got = run(BatchEvaluator(metric), batched(*predictions, 10), 103)
    got = json.loads(json.dumps(got))
    assert len(got['long_tail/recall']) == 5
    assert len(got['long_tail/precision']) == 5
    assert sum(map(sum, got['long_tail/confusion_matrix'])) == 103
    assert metric.summary['reliability']['few']['count'].sum() > 0


def test_without_counts_groups_are_nan(predictions):
    got = run(BatchEvaluator(LongTailMetric()), batched(*predictions, 10), 103)
    assert math.isnan(got['long_tail/few'])
    assert got['long_tail/top1'] > 0


def test_a_second_evaluation_starts_anew(predictions):
    evaluator = BatchEvaluator(LongTailMetric(class_counts=COUNTS))
    first = run(evaluator, batched(*predictions, 10), 103)
    assert run(evaluator, batched(*predictions, 7), 103) == first


def test_no_prediction_gives_no_number():
    assert BatchEvaluator(LongTailMetric()).evaluate(0) == {}


def test_logits_are_said_to_be_logits(predictions):
    logits = predictions[0].log() + 3
    metric = LongTailMetric(class_counts=COUNTS, kind='logits')
    evaluator = BatchEvaluator(metric)
    got = run(evaluator, batched(logits, predictions[1], 10), 103)
    expected = summarize(*predictions, COUNTS)['numbers']
    assert got['long_tail/nll'] == pytest.approx(expected['nll'], rel=1e-6)
    with pytest.raises(ValueError, match="kind='logits'"):
        run(
            BatchEvaluator(LongTailMetric(class_counts=COUNTS)),
            batched(logits, predictions[1], 10),
            103,
        )


@pytest.mark.parametrize(
    ('settings', 'match'),
    [
        (dict(num_bins=0), 'num_bins'),
        (dict(topk=[0]), 'topk'),
        (dict(few=200), 'few=200'),
        (dict(kind='scores'), 'kind'),
    ],
)
def test_refuses_bad_settings(settings, match):
    with pytest.raises(ValueError, match=match):
        LongTailMetric(**settings)


def test_it_is_registered_under_its_name():
    assert METRICS.get('LongTailMetric') is LongTailMetric
