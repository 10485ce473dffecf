"""The metric of torchmetrics says what our own numbers say."""

import copy
import math
import pickle
import sys

import pytest
import torch
from sklearn.metrics import roc_auc_score

torchmetrics = pytest.importorskip('torchmetrics', reason='an extra')

import mmlt  # noqa: E402
from mmlt import LongTailMetrics  # noqa: E402
from mmlt.evaluation import summarize  # noqa: E402

COUNTS = [500, 120, 60, 20, 12, 8, 5]


def arrays():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(203, 7, generator=generator) * 3
    labels = torch.randint(0, 7, (203,), generator=generator)
    return logits, labels


def ours(logits, labels):
    numbers = summarize(logits, labels, COUNTS, kind='logits')['numbers']
    return numbers | {'balanced_error': 100 - numbers['macro_accuracy']}


def metric_of_all(**settings):
    return LongTailMetrics(7, COUNTS, 'logits', numbers=None, **settings)


def check_equal(got, wanted):
    assert got.keys() == wanted.keys()
    for name, value in wanted.items():
        assert got[name].dtype == torch.float64
        equal = got[name].item() == value
        if name == 'balanced_error':  # another order of the same steps
            equal = got[name].item() == pytest.approx(value, rel=1e-13)
        assert equal or (value != value and got[name].isnan()), name


def test_batches_give_our_numbers_to_the_last_bit():
    logits, labels = arrays()
    metric = metric_of_all()
    # forward: the numbers of the batch, while all are summed
    check_equal(
        metric(logits[:50], labels[:50]), ours(logits[:50], labels[:50])
    )
    for start in range(50, 203, 20):
        metric.update(logits[start : start + 20], labels[start : start + 20])
    check_equal(metric.compute(), ours(logits, labels))
    metric.reset()
    assert metric.summary()['num_samples'] == 0
    metric.update(logits[:9], labels[:9])
    check_equal(metric.compute(), ours(logits[:9], labels[:9]))


def test_the_usual_numbers_are_few():
    logits, labels = arrays()
    metric = LongTailMetrics(7, COUNTS)
    metric.update(logits.softmax(1), labels)
    found = metric.compute()
    assert list(found) == [
        *('top1', 'macro_accuracy', 'many', 'medium', 'few', 'ece', 'nll')
    ]
    wanted = summarize(logits.softmax(1), labels, COUNTS)['numbers']
    assert {k: v.item() for k, v in found.items()} == {
        name: wanted[name] for name in found
    }


AREAS = ('auroc', 'auroc_many', 'auroc_medium', 'auroc_few')


def areas_of(logits, labels):
    found = mmlt.evaluate(logits, labels, COUNTS, 'logits')['numbers']
    return {name: found[name] for name in AREAS}


def test_auroc_keeps_the_predictions_and_is_that_of_a_report():
    logits, labels = arrays()
    metric = LongTailMetrics(7, COUNTS, 'logits', AREAS)
    assert all(value.isnan() for value in metric.compute().values())
    for start in range(0, 203, 50):
        metric.update(logits[start : start + 50], labels[start : start + 50])
    got = {name: value.item() for name, value in metric.compute().items()}
    assert got == areas_of(logits, labels)
    macro = 100 * roc_auc_score(labels, logits.softmax(1), multi_class='ovr')
    assert got['auroc'] == pytest.approx(macro, rel=1e-6)
    copied = pickle.loads(pickle.dumps(metric))
    assert copied.compute() == metric.compute()
    metric.reset()
    assert metric.compute()['auroc'].isnan()
    without = LongTailMetrics(7, kind='logits', numbers=['auroc', 'auroc_few'])
    without.update(logits, labels)
    assert without.compute()['auroc'] == got['auroc']
    assert without.compute()['auroc_few'].isnan()
    assert not hasattr(LongTailMetrics(7), 'scores')


def test_it_is_copied_pickled_and_collected_as_others():
    logits, labels = arrays()
    metric = metric_of_all()
    metric.update(logits[:100], labels[:100])
    for other in (copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))):
        other.update(logits[100:], labels[100:])
        check_equal(other.compute(), ours(logits, labels))
    check_equal(metric.compute(), ours(logits[:100], labels[:100]))
    collection = torchmetrics.MetricCollection(
        {'tail': LongTailMetrics(7, COUNTS, 'logits')}, prefix='val/'
    )
    collection.update(logits, labels)
    assert collection.compute()['val/few'] == ours(logits, labels)['few']


def test_halves_of_the_metric_are_none_of_its_sums():
    logits, labels = arrays()
    metric = metric_of_all().half()
    metric.update(logits, labels)
    check_equal(metric.compute(), ours(logits, labels))


def test_the_summary_has_the_arrays():
    logits, labels = arrays()
    metric = metric_of_all(confusion=True)
    metric.update(logits, labels)
    summary = metric.summary()
    assert summary['confusion'].sum() == 203
    wanted = summarize(logits, labels, COUNTS, kind='logits')
    assert torch.equal(
        summary['per_class']['recall'], wanted['per_class']['recall']
    )


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match="but got 'logit'"):
        LongTailMetrics(7, COUNTS, 'logit')
    with pytest.raises(ValueError, match="among top1, .* got 'top9'"):
        LongTailMetrics(7, COUNTS, numbers=['top9'])
    with pytest.raises(ValueError, match='of 8 classes, but got those of 7'):
        LongTailMetrics(8, COUNTS)
    metric = LongTailMetrics(7, COUNTS)
    with pytest.raises(ValueError, match="kind='logits'"):
        metric.update(*arrays())


def test_torchmetrics_is_asked_for_where_it_is_missing(monkeypatch):
    name = 'mmlt.evaluation.long_tail_metrics'
    monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, 'torchmetrics', None)
    import mmlt

    with pytest.raises(ImportError, match=r"'mmlt\[torchmetrics\]'"):
        mmlt.LongTailMetrics  # noqa: B018


def test_probability_zero_counts_the_same_in_every_dtype():
    probs, labels = torch.tensor([[1.0, 0.0]]), torch.tensor([1])
    for dtype in (torch.float32, torch.float64):
        metric = LongTailMetrics(2, [9, 4])
        metric.update(probs.to(dtype), labels)
        expected = mmlt.evaluate(probs.to(dtype), labels, [9, 4])['numbers']
        found = metric.compute()['nll'].item()
        assert found == expected['nll']
        assert found == pytest.approx(126 * math.log(2), rel=1e-9)
