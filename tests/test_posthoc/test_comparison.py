"""Calibrators side by side: whose numbers, and of which groups."""

import pytest
import torch

from mmlt.evaluation import summarize
from mmlt.posthoc.comparison import compare_calibrators
from mmlt.structures import Predictions

COUNTS = torch.tensor([60, 40, 9, 3])


def predictions(split, seed, probabilities=False):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(80) % 4
    logits = torch.randn(80, 4, generator=generator)
    logits[torch.arange(80), labels] += 1
    probs = logits.softmax(1) if probabilities else None
    return Predictions(
        logits=logits if probs is None else probs.log(),
        labels=labels,
        class_counts=COUNTS,
        meta=dict(split=split, model_prior='unknown'),
        probabilities=probs,
    )


@pytest.mark.parametrize('probabilities', [False, True])
def test_none_is_what_the_network_says_of_the_groups_asked_for(probabilities):
    tested = predictions('test', 1, probabilities)
    rows, _, _ = compare_calibrators(
        predictions('held-out', 0, probabilities),
        tested,
        ['none', 'temperature'],
        many=50,
        few=5,
    )
    scores = tested.probabilities if probabilities else tested.logits.double()
    kind = 'probabilities' if probabilities else 'logits'
    numbers = summarize(
        scores, tested.labels, COUNTS, kind=kind, many=50, few=5
    )['numbers']
    assert rows[0]['ECE'] == numbers['ece']
    assert rows[0]['macro'] == numbers['macro_accuracy']
    for group in ('many', 'medium', 'few'):
        assert rows[0][group] == rows[1][group] == numbers[group]
    # one temperature keeps every prediction, and mends the confidence
    assert rows[1]['NLL'] < rows[0]['NLL']
