"""Numbers of a run: limits, scores of both kinds, very many classes."""

import pytest
import torch

from mmlt.evaluation import summarize
from mmlt.evaluation.run_numbers import MATRIX_CLASSES, run_numbers
from mmlt.report import pictures
from mmlt.structures import Predictions
from tests.test_report.conftest import record_of


@pytest.mark.parametrize('more', [0, 1])
def test_matrices_of_very_many_classes_are_left_out(more):
    size = MATRIX_CLASSES + more
    labels = torch.arange(size)
    logits = torch.eye(size)
    logits[0, 1] = 2  # of many classes, the confused part is drawn
    predictions = Predictions(
        logits=logits,
        labels=labels,
        class_counts=labels.flip(0) + 1,
        meta=dict(split='test'),
        overlap_matrix=torch.ones(size, size),
    )
    numbers = run_numbers(predictions)
    assert numbers['numbers']['top1'] == pytest.approx(100 - 100 / size)
    kept = {'confusion', 'overlap_matrix'}
    assert {k for k in kept if numbers[k] is None} == (kept if more else set())
    record = record_of(
        name='ce',
        seed=1,
        class_names=list(map(str, labels)),
        class_counts=predictions.class_counts.tolist(),
        **numbers,
    )
    drawn = [f([record]) for f in (pictures.confusion, pictures.overlap)]
    assert [picture is None for picture in drawn] == [bool(more)] * 2


def test_limits_of_the_groups_can_be_others():
    torch.manual_seed(0)
    predictions = Predictions(
        logits=torch.randn(60, 4),
        labels=torch.arange(60) % 4,
        class_counts=torch.tensor([60, 40, 9, 3]),
        meta=dict(split='test'),
    )
    usual = run_numbers(predictions)['numbers']
    assert usual['many'] is None
    other = run_numbers(predictions, many=50, few=5)['numbers']
    recall = run_numbers(predictions)['classes']['recall']
    assert other['many'] == pytest.approx(recall[0])
    assert other['medium'] == pytest.approx(sum(recall[1:3]) / 2)
    assert other['few'] == pytest.approx(recall[3])


def test_probabilities_are_measured_as_they_are():
    # tenths lie on edges of the bins: a logarithm would move some across
    probs = torch.tensor([[0.6, 0.4, 0.0], [0.2, 0.2, 0.6], [0.1, 0.8, 0.1]])
    labels = torch.tensor([2, 2, 0])
    predictions = Predictions(
        logits=probs.clamp(min=1e-30).log(),
        labels=labels,
        class_counts=torch.tensor([9, 5, 2]),
        meta=dict(split='test'),
        probabilities=probs,
    )
    numbers = run_numbers(predictions)['numbers']
    direct = summarize(probs, labels, predictions.class_counts)['numbers']
    assert numbers['ece'] == direct['ece']
    assert numbers['nll'] == direct['nll']


def test_probabilities_of_other_samples_are_refused():
    with pytest.raises(ValueError, match=r'`probabilities` of shape \(3, 2\)'):
        Predictions(
            logits=torch.zeros(3, 2),
            labels=torch.zeros(3, dtype=torch.long),
            class_counts=torch.tensor([1, 1]),
            meta=dict(split='test'),
            probabilities=torch.zeros(2, 2),
        )
