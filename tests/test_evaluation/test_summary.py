import math

import pytest
import torch

from mmlt.evaluation import in_percent, summarize
from mmlt.functional import ClassificationState, classification_summary

COUNTS = [200, 101, 100, 20, 5]


def test_numbers_are_those_of_the_function_in_percent(predictions):
    scores, labels = predictions
    state = ClassificationState(5, class_counts=COUNTS, num_bins=7)
    state.update(scores, labels)
    shares = classification_summary(state)['numbers']
    got = summarize(scores, labels, COUNTS, num_bins=7)['numbers']
    assert got.keys() == shares.keys()
    for name, share in shares.items():
        # nats, and squared distances, are no shares
        as_it_is = name.split('_')[0] in ('nll', 'brier')
        assert got[name] == (1 if as_it_is else 100) * share


def test_convention_arrays_stay_shares(predictions):
    summary = summarize(*predictions, COUNTS)
    assert summary['per_class']['recall'].max() <= 1
    assert summary['reliability']['all']['accuracy'].max() <= 1
    assert summary['num_samples'] == 103


def test_percent_once():
    numbers = {'top1': 0.5, 'nll_few': 2.0, 'brier': 0.25, 'few': math.nan}
    got = in_percent({'numbers': numbers, 'num_samples': 4})
    assert got['num_samples'] == 4
    assert math.isnan(got['numbers'].pop('few'))
    assert got['numbers'] == {'top1': 50, 'nll_few': 2, 'brier': 0.25}
    assert numbers['top1'] == 0.5


def test_logits_and_their_softmax_are_one(predictions):
    scores, labels = predictions
    logits = scores.double().log() + 3
    got = summarize(logits, labels, kind='logits')['numbers']
    expected = summarize(scores.double(), labels)['numbers']
    assert got == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_scores_of_one_sample_alone_are_refused():
    with pytest.raises(ValueError, match=r'\(N, C\), but got \(5,\)'):
        summarize(torch.rand(5), torch.zeros(1).long())
