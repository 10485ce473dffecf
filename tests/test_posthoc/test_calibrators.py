"""Calibrators against what their parts say."""

import torch
import torch.nn.functional as F

from mmlt.functional import balanced_weights
from mmlt.posthoc import calibrators as posthoc
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
