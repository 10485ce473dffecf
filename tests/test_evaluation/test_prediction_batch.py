"""One look at a batch for all metrics, and what it refuses."""

import pytest
import torch

from mmlt.evaluation import BatchEvaluator
from mmlt.evaluation import prediction_batch as module
from mmlt.evaluation.prediction_batch import PredictionBatch

from .conftest import batched, run

COUNTS = [200, 101, 100, 20, 5]
CALIBRATION = dict(type='CalibrationError')
SHOTS = dict(type='ShotAccuracy', class_counts=COUNTS)
ALL = dict(type='LongTailMetric', class_counts=COUNTS)


class Counted(PredictionBatch):
    """Says how often somebody had to look for the predicted classes."""

    looks = 0

    @property
    def top(self):
        if 'top' not in self.__dict__:
            Counted.looks += 1
            self.__dict__['top'] = tuple(self.scores.max(dim=1))
        return self.__dict__['top']

    @top.setter
    def top(self, value):
        self.__dict__['top'] = value


@pytest.mark.parametrize(
    ('metrics', 'looks'),
    [
        ([SHOTS, CALIBRATION], 1),
        ([SHOTS, CALIBRATION, ALL], 0),
        ([SHOTS, dict(ALL, prefix='twice'), CALIBRATION, ALL], 0),
    ],
)
def test_metrics_of_one_evaluator_look_once(
    predictions, metrics, looks, monkeypatch
):
    monkeypatch.setattr('mmlt.evaluation.evaluator.PredictionBatch', Counted)
    checked = []
    monkeypatch.setattr(
        module,
        'check_probabilities',
        lambda probs, **_: checked.append(len(probs)),
    )
    Counted.looks = 0
    alone = {}
    for metric in metrics:
        evaluator = BatchEvaluator(metric)
        alone |= run(evaluator, batched(*predictions, 10), 103)
    Counted.looks, checked[:] = 0, []
    together = run(BatchEvaluator(metrics), batched(*predictions, 10), 103)
    assert Counted.looks == 11 * looks
    assert len(checked) == 11 * looks
    assert together == alone


def test_order_of_the_keys_is_that_of_the_metrics(predictions):
    evaluator = BatchEvaluator([SHOTS, ALL])
    keys = list(run(evaluator, batched(*predictions, 10), 103))
    assert keys[0] == 'shot/many'


def test_what_is_told_in_more_digits_is_taken_in_those_of_the_scores():
    scores = torch.tensor([[0.3, 0.7]]).bfloat16()
    batch = PredictionBatch(scores, torch.tensor([1]))
    batch.set_top(scores.float().amax(1), torch.tensor([1]))
    assert batch.top[0].dtype == torch.bfloat16
    assert torch.equal(batch.top[0], scores.amax(1))
    assert batch.correct.tolist() == [True]


def test_the_last_sample_is_a_copy():
    scores = torch.rand(5, 3)
    last = PredictionBatch(scores, torch.arange(5) % 3).last
    assert torch.equal(last.scores, scores[4:])
    assert last.labels.tolist() == [1]
    assert last.scores.untyped_storage().nbytes() == 3 * 4


def test_a_tie_is_the_first_classs():
    batch = PredictionBatch(torch.tensor([[0.4, 0.4, 0.2]]), torch.tensor([1]))
    assert batch.top[1].tolist() == [0]
    assert batch.correct.tolist() == [False]


@pytest.mark.parametrize(
    'dtype', [torch.float64, torch.float32, torch.float16, torch.bfloat16]
)
@pytest.mark.parametrize('place', [(0, 0), (6, 2), (39, 99)])
def test_a_single_nan_is_found(dtype, place):
    scores = torch.rand(40, 100).to(dtype)
    labels = torch.zeros(40).long()
    assert len(PredictionBatch.of([dict(pred_score=scores, gt_label=labels)]))
    scores[place] = float('nan')
    with pytest.raises(ValueError, match='nan. Did the training diverge'):
        PredictionBatch.of([dict(pred_score=scores, gt_label=labels)])


def test_scores_that_are_no_distribution_are_refused_once(monkeypatch):
    batch = PredictionBatch(torch.rand(4, 3) + 1, torch.zeros(4).long())
    with pytest.raises(ValueError, match='probabilities'):
        batch.require_probabilities()
    with pytest.raises(ValueError, match='probabilities'):
        batch.require_probabilities()
    fine = PredictionBatch(torch.rand(4, 3).softmax(1), torch.zeros(4).long())
    fine.require_probabilities()
    monkeypatch.setattr(module, 'check_probabilities', None)
    fine.require_probabilities()


def test_no_sample_is_no_error():
    empty = dict(pred_score=torch.zeros(0, 3), gt_label=torch.zeros(0).long())
    assert len(PredictionBatch.of([empty])) == 0
