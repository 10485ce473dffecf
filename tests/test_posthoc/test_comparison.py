"""Calibrators side by side: whose numbers, and of which groups."""

import pytest
import torch

from mmlt.evaluation import summarize
from mmlt.posthoc.calibrators import shot_matched, shot_matched_free
from mmlt.posthoc.comparison import calibration_numbers, compare_calibrators
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


def test_groups_that_are_matched_are_those_asked_for():
    fit, tested = predictions('held-out', 0), predictions('test', 1)

    def parameters(**limits):
        names = ['none', 'shot_matched', 'shot_matched_free']
        _, fitted, _ = compare_calibrators(fit, tested, names, **limits)
        return [fitted[name].parameters for name in names[1:]]

    found = parameters(many=50, few=5)
    assert found == [
        shot_matched(fit, many=50, few=5).parameters,
        shot_matched_free(fit, many=50, few=5).parameters,
    ]
    # with 100 and 20 no class of these four is many-shot
    assert found[1] != parameters()[1]


def test_only_what_is_held_out_is_reported_as_such():
    fit, tested = predictions('val', 0), predictions('test', 1)
    asked = {'names': ['none', 'temperature'], 'many': 50, 'few': 5}
    found = calibration_numbers(fit, tested, **asked)
    rows, fitted, _ = compare_calibrators(fit, tested, **asked)
    assert found == {
        'fitted_on': '80 validation images',
        'rows': rows,
        'parameters': {name: f.parameters for name, f in fitted.items()},
        'left_out': {},
    }
    for other in (tested, predictions('train', 0)):
        with pytest.raises(ValueError, match='Expected predictions of'):
            calibration_numbers(other, tested, ['none'])


def test_classes_that_differ_are_refused():
    fit, tested = predictions('held-out', 0), predictions('test', 1)
    fit.class_names = list('abcd')
    compare_calibrators(fit, tested, ['none'])  # names of one are not known
    tested.class_names = list('abdc')
    with pytest.raises(ValueError, match='class 2 has the name c in .*and d'):
        compare_calibrators(fit, tested, ['none'])
    tested.class_names = list('abcd')
    fit.class_counts = COUNTS.flip(0)
    with pytest.raises(ValueError, match='0 has training images 3 .*and 60'):
        compare_calibrators(fit, tested, ['none'])
