import logging

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import class_balanced_weights, ldam_loss, ldam_margins
from mmlt.models import CosineClsHead, LDAMLoss

COUNTS = [90, 40, 5]
LABELS = torch.tensor([0, 1, 2, 2, 0])


def head_with(scale, **settings):
    torch.manual_seed(0)
    head = CosineClsHead(
        3, 6, scale=scale, loss=dict(type='LDAMLoss', **settings)
    ).double()
    head.loss_module.set_class_counts(COUNTS)
    return head


def test_it_is_the_mean_of_the_function_on_the_cosine_of_the_head():
    head = head_with(scale=1)
    x = torch.randn(5, 6, dtype=torch.float64)
    cosine = F.normalize(x) @ F.normalize(head.fc.weight).T
    logits = head((x,))
    torch.testing.assert_close(logits, cosine, rtol=1e-12, atol=1e-15)
    expected = ldam_loss(cosine, LABELS, ldam_margins(COUNTS), 30).mean()
    got = head.loss_module(logits, LABELS, avg_factor=5)
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)


def test_with_weights_the_mean_is_by_their_sum():
    loss = LDAMLoss(reweight='class_balanced', beta=0.99)
    loss.set_class_counts(COUNTS)
    z = torch.randn(5, 3, dtype=torch.float64).tanh()
    weights = class_balanced_weights(COUNTS, 0.99)[LABELS]
    plain = ldam_loss(z, LABELS, ldam_margins(COUNTS), 30)
    expected = (weights * plain).sum() / weights.sum()
    torch.testing.assert_close(loss(z, LABELS), expected, rtol=1e-12, atol=0)


def test_the_scale_in_the_head_is_the_same_training():
    """Same loss and gradients; at test the logits are 30 times larger."""
    x = torch.randn(5, 6, dtype=torch.float64)
    published = head_with(scale=1)
    ours = CosineClsHead(
        3, 6, scale=30, loss=dict(type='LDAMLoss', scale=1, max_margin=15)
    ).double()
    ours.loss_module.set_class_counts(COUNTS)
    ours.load_state_dict(published.state_dict())
    grads = []
    for head in (published, ours):
        loss = head.loss_module(head((x,)), LABELS)
        grads.append((loss, *torch.autograd.grad(loss, head.fc.weight)))
    for got, expected in zip(*grads, strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(ours((x,)), 30 * published((x,)))


def test_without_margin_and_scale_it_is_cross_entropy():
    loss = LDAMLoss(max_margin=0, scale=1)
    loss.set_class_counts(COUNTS)
    z = torch.randn(5, 3, dtype=torch.float64)
    torch.testing.assert_close(
        loss(z, LABELS), F.cross_entropy(z, LABELS), rtol=1e-12, atol=0
    )


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match='`scale`.*> 0.*got 0'):
        LDAMLoss(scale=0)
    with pytest.raises(ValueError, match='`max_margin`.*got -1'):
        LDAMLoss(max_margin=-1)


@pytest.mark.parametrize('scale', [30.0, 1.0])
def test_logits_that_are_no_cosines_are_said_once(scale, monkeypatch):
    """A linear classifier begins near 0: its first batches look like them."""
    said = []
    monkeypatch.setattr(
        'mmlt.models.losses.ldam_loss.print_log',
        lambda text, logger, level: said.append((text, level)),
    )
    loss = LDAMLoss(scale=scale)
    loss.set_class_counts(COUNTS)
    z = torch.full((5, 3), 0.9)
    for step in range(1, 40):
        loss(z * step, LABELS)
    # seen in call 2, the next power of two after it has happened
    assert len(said) == (scale > 1)
    for text, level in said:
        assert 'a logit of size 1.8 where it takes cosines' in text
        assert level == logging.WARNING


def test_cosines_in_half_precision_are_cosines(monkeypatch):
    monkeypatch.setattr('mmlt.models.losses.ldam_loss.print_log', pytest.fail)
    head = head_with(scale=1).bfloat16()
    for _ in range(4):
        head.loss_module(head((torch.randn(5, 6).bfloat16(),)), LABELS)
