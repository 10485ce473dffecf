"""One set of predictions on test sets with other class frequencies."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss

from mmlt.evaluation.prior_shift_evaluation import prior_shift_row
from mmlt.functional import estimate_prior, long_tailed_prior

COUNTS = torch.tensor([500, 200, 101, 60, 20, 12, 8, 5])
UNIFORM = torch.full((8,), 1 / 8)


@pytest.fixture
def test_set():
    """Logits and labels of a network that is too sure of itself."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(8).repeat_interleave(200)
    logits = torch.randn(len(labels), 8, generator=generator)
    logits[torch.arange(len(labels)), labels] += 1.5
    return 3 * (logits + COUNTS.log() / 2), labels


def test_a_uniform_test_set_needs_the_training_prior_taken_out(test_set):
    logits, labels = test_set
    row = prior_shift_row(logits, labels, COUNTS.double(), UNIFORM)
    plain = logits.argmax(1) == labels
    assert row['acc'] == pytest.approx(100 * plain.double().mean().item())
    adjusted = (logits - COUNTS.log()).argmax(1) == labels
    assert row['acc known'] == pytest.approx(
        100 * adjusted.double().mean().item()
    )
    assert 0 < row['prior error'] < 100


def test_numbers_are_those_of_sklearn(test_set):
    logits, labels = test_set
    prior = long_tailed_prior(COUNTS, 10, 'backward')
    row = prior_shift_row(logits, labels, COUNTS.double(), prior)
    weights = prior.numpy()[labels] / 200
    shifted = logits.double() - COUNTS.log() + prior.log()
    for suffix, z in (('', logits.double()), (' known', shifted)):
        acc = accuracy_score(labels, z.argmax(1), sample_weight=weights)
        nll = log_loss(labels, z.softmax(1).numpy(), sample_weight=weights)
        assert row['acc' + suffix] == pytest.approx(100 * acc, rel=1e-12)
        # the logarithm of float32 counts above
        assert row['NLL' + suffix] == pytest.approx(nll, rel=1e-6)


def test_weights_are_what_subsets_have_on_average(test_set):
    prior = long_tailed_prior(COUNTS, 10, 'backward')
    source = torch.ones(8).double()
    whole = prior_shift_row(*test_set, source, prior)['acc']
    drawn = [
        prior_shift_row(*test_set, source, prior, seed)['acc']
        for seed in range(40)
    ]
    spread = np.std(drawn) / np.sqrt(40)
    assert abs(np.mean(drawn) - whole) < 4 * spread + 0.2


@pytest.mark.parametrize('seed', [None, 0])
def test_a_class_without_a_sample_is_no_part_of_the_prior(test_set, seed):
    """As if the test set had never known of it."""
    logits, labels = test_set
    there = labels < 7
    logits, labels = logits[there], labels[there]
    prior = long_tailed_prior(COUNTS, 10, 'backward')
    row = prior_shift_row(logits, labels, COUNTS.double(), prior, seed)
    known = prior[:7] / prior[:7].sum()
    absent = torch.cat([known, torch.zeros(1)])
    again = prior_shift_row(logits, labels, COUNTS.double(), absent, seed)
    assert row == pytest.approx(again, rel=1e-12)
    if seed is None:
        weights = known.numpy()[labels] / 200
        shifted = logits.double() - COUNTS.log() + absent.log()
        acc = accuracy_score(labels, shifted.argmax(1), sample_weight=weights)
        assert row['acc known'] == pytest.approx(100 * acc, rel=1e-12)
        nll = log_loss(
            labels,
            shifted[:, :7].softmax(1).numpy(),
            sample_weight=weights,
        )
        assert row['NLL known'] == pytest.approx(nll, rel=1e-6)
        # what is estimated is compared with the same
        log_probs = logits.double().log_softmax(1)
        found = estimate_prior(
            log_probs, COUNTS.double(), torch.from_numpy(weights)
        )
        assert row['prior error'] == pytest.approx(
            50 * (found - absent).abs().sum().item(), rel=1e-9
        )
