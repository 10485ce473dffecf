"""Calibrators against what their parts say."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import NoMinimumError, balanced_weights
from mmlt.posthoc import calibrators as posthoc
from mmlt.posthoc.comparison import compare_calibrators, facts_of_comparison
from mmlt.structures import Predictions

COUNTS = torch.tensor([500, 200, 101, 60, 20, 12, 8, 5])


def too_sure(shift=None, seed=0, n=40):
    """A network that is too sure, holds the prior, and shifts classes."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(8).repeat_interleave(n)
    logits = torch.randn(len(labels), 8, generator=generator).double()
    logits[torch.arange(len(labels)), labels] += 1.5
    logits = 3 * (logits + COUNTS.log() / 2)
    if shift is not None:
        logits = logits + shift
    return Predictions(
        logits=logits,
        labels=labels,
        class_counts=COUNTS,
        meta=dict(split='held-out', model_prior='train'),
    )


def balanced_nll(logits, labels):
    loss = F.cross_entropy(logits, labels, reduction='none')
    return (balanced_weights(labels, 8) @ loss).item()


def test_prior_vector_without_freedom_is_prior_temperature(monkeypatch):
    held = too_sure()
    monkeypatch.setattr(posthoc, 'VECTOR_PENALTY', 1e9)
    first = posthoc.prior_temperature(held)
    both = posthoc.prior_vector(held)
    got = both.transform(held.logits).softmax(1)
    torch.testing.assert_close(
        got, first.transform(held.logits).softmax(1), rtol=1e-6, atol=1e-9
    )
    assert both.parameters['strength'] == first.parameters['strength']


def test_prior_vector_mends_what_the_count_does_not_explain():
    shift = torch.tensor([0.0, -4, 0, 4, 0, 0, -4, 4])
    held, new = too_sure(shift), too_sure(shift, seed=1, n=500)

    def nll(calibrator):
        return balanced_nll(calibrator(held).transform(new.logits), new.labels)

    # the log-likelihood ratio of two normal distributions 1.5 apart
    raw = (new.logits - shift) / 3 - COUNTS.log() / 2
    best = balanced_nll(1.5 * raw, new.labels)
    one, both = nll(posthoc.prior_temperature), nll(posthoc.prior_vector)
    none, plain = nll(posthoc.none), nll(posthoc.vector_balanced)
    assert best < both < one < none
    assert both < plain  # which is drawn towards the training prior


def kept(held, rows):
    return replace(held, logits=held.logits[rows], labels=held.labels[rows])


def all_right():
    held = too_sure()
    return kept(held, held.logits.argmax(1) == held.labels)


UNBOUNDED = [
    'temperature',
    'temperature_balanced',
    'vector',
    'prior_temperature',
    'prior_vector',
    'count_temperature',
    'overlap_temperature',
    'kappa_temperature',
    'tau_norm',
]


@pytest.mark.parametrize('name', UNBOUNDED)
def test_a_calibrator_without_a_minimum_is_refused(name):
    held = replace(
        all_right(),
        overlap=torch.linspace(0.1, 0.9, 8),
        kappa=torch.linspace(8, 20, 8),
        weight_norm=torch.linspace(1, 2, 8),
    )
    with pytest.raises(NoMinimumError):
        posthoc.CALIBRATORS[name](held)


@pytest.mark.parametrize('name', posthoc.CALIBRATORS)
@pytest.mark.parametrize('rows', ['all right', 'class 7 missing', 'one'])
def test_a_calibrator_is_refused_or_does_no_harm(name, rows):
    """On other images of the classes the log-likelihood stays near its own."""
    held, new = too_sure(), too_sure(seed=1)
    held = {
        'all right': all_right(),
        'class 7 missing': kept(held, held.labels != 7),
        'one': kept(held, [3]),
    }[rows]
    try:
        fitted = posthoc.CALIBRATORS[name](held)
    except NoMinimumError:
        return
    if fitted is None:  # what the classifier lacks an input for
        return
    before = balanced_nll(new.logits, new.labels)
    after = balanced_nll(fitted.transform(new.logits), new.labels)
    assert after < 2 * before


def test_the_table_leaves_out_what_has_no_minimum_and_says_why():
    held, new = all_right(), too_sure(seed=1)
    names = ['none', 'temperature', 'vector_balanced']
    rows, parameters, left_out = compare_calibrators(held, new, names)
    assert [row['calibrator'] for row in rows] == ['none', 'vector_balanced']
    assert list(parameters) == ['none', 'vector_balanced']
    assert 'grows without end' in left_out['temperature']
    with pytest.raises(ValueError, match='grows without end'):
        compare_calibrators(held, new, ['temperature'])


def test_classes_without_a_held_out_image_are_counted():
    held = too_sure()
    facts = facts_of_comparison(kept(held, held.labels < 6), held)
    assert '240 images of held-out, 2 of 8 classes' in facts['fitted on']
    assert facts['reported on'] == '320 images of held-out'


def test_other_numbers_of_classes_are_refused():
    held = too_sure()
    fewer = replace(
        kept(held, held.labels < 7),
        class_counts=COUNTS[:7],
        logits=held.logits[held.labels < 7, :7],
    )
    with pytest.raises(ValueError, match='7 and 8 classes'):
        compare_calibrators(fewer, held, ['none'])


def test_the_earlier_place_of_the_calibrators_still_has_them():
    from mmlt.evaluation.posthoc import CALIBRATORS

    assert CALIBRATORS is posthoc.CALIBRATORS
