import logging

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.logging import MMLogger
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.models import (
    BalancedSoftmaxLoss,
    CDTLoss,
    DeferredLoss,
    LDAMLoss,
)
from mmlt.structures import MixedLabels

COUNTS = [90, 40, 5]
LABELS = torch.tensor([0, 1, 2, 2, 0])
CE, BSCE = dict(type='CrossEntropyLoss'), dict(type='BalancedSoftmaxLoss')


@pytest.fixture
def lines():
    """What the log says."""
    found = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())
    logger = MMLogger.get_instance('deferred-loss-test')
    handler.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def logits():
    return torch.randn(5, 3, dtype=torch.float64)


def test_it_switches_at_begin_and_says_so(lines):
    loss = MODELS.build(
        dict(type='DeferredLoss', before=CE, after=BSCE, begin=2)
    )
    loss.set_class_counts(COUNTS)
    after = BalancedSoftmaxLoss()
    after.set_class_counts(COUNTS)
    z = logits()
    for epoch in range(4):
        loss.set_progress(epoch, 4)
        expected = (
            after(z, LABELS) if epoch >= 2 else (F.cross_entropy(z, LABELS))
        )
        got = loss(z, LABELS, avg_factor=5)
        torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)
    assert lines == [
        'BalancedSoftmaxLoss in the place of CrossEntropyLoss from epoch 3 '
        'of 4 (begin=2).'
    ]


def test_a_resumed_training_is_in_its_stage_at_once(lines):
    loss = DeferredLoss(CE, BSCE, begin=160)
    loss.set_progress(170, 200)
    assert loss.switched
    assert len(lines) == 1
    loss.set_progress(3, 200)
    assert not loss.switched


def test_begin_may_be_a_share_of_the_schedule(lines):
    loss = DeferredLoss(CE, BSCE, begin=0.8)
    for max_epochs, begin in ((200, 160), (90, 72), (40, 32), (6, 4), (1, 0)):
        for epoch in range(max_epochs):
            loss.set_progress(epoch, max_epochs)
            assert loss.switched == (epoch >= begin)
    assert lines[0].endswith('from epoch 161 of 200 (begin=0.8).')


def test_begin_zero_is_the_second_loss_from_the_first_step_on(lines):
    loss = DeferredLoss(CE, BSCE, begin=0)
    loss.set_class_counts([7, 7, 1])
    z = logits()
    assert torch.equal(loss(z, LABELS), loss.after(z, LABELS))
    loss.set_progress(0, 5)
    assert torch.equal(loss(z, LABELS), loss.after(z, LABELS))
    assert lines == []


def test_begin_beyond_the_end_is_the_first_loss_throughout(lines):
    loss = DeferredLoss(CE, BSCE, begin=200)
    z = logits()
    for epoch in (0, 100, 199):
        loss.set_progress(epoch, 200)
        torch.testing.assert_close(loss(z, LABELS), F.cross_entropy(z, LABELS))
    assert lines == []


def test_not_told_the_epoch_it_takes_the_first_and_warns_once(lines):
    loss = DeferredLoss(CE, BSCE, begin=1)
    z = logits()
    for _ in range(2):
        torch.testing.assert_close(loss(z, LABELS), F.cross_entropy(z, LABELS))
    assert len(lines) == 1
    assert 'set_progress(epoch, max_epochs)' in lines[0]


def test_counts_and_progress_reach_both_and_what_is_inside():
    inner = DeferredLoss(CE, dict(type='CDTLoss'), begin=3)
    loss = DeferredLoss(BSCE, inner, begin=1)
    loss.set_class_counts(COUNTS)
    loss.set_progress(3, 4)
    assert isinstance(inner.after, CDTLoss)
    assert loss.before.class_counts.tolist() == COUNTS
    assert inner.after.class_counts.tolist() == COUNTS
    assert loss.switched
    assert inner.switched


def test_ldam_and_its_weights_and_all_arguments_are_handed_on():
    loss = DeferredLoss(
        LDAMLoss(), LDAMLoss(reweight='class_balanced'), begin=1
    )
    loss.set_class_counts(COUNTS)
    z, weight = logits(), torch.arange(5.0)
    for epoch, part in enumerate((loss.before, loss.after)):
        loss.set_progress(epoch, 2)
        for label in (LABELS, MixedLabels(LABELS, LABELS.flip(0), weight / 5)):
            assert torch.equal(
                loss(z, label, weight, 5, None), part(z, label, weight, 5)
            )
            assert torch.equal(
                loss(z, label, reduction_override='none'),
                part(z, label, reduction_override='none'),
            )


def test_a_loss_without_counts_says_who_misses_them():
    loss = DeferredLoss(CE, BSCE, begin=1)
    loss.set_progress(1, 2)
    with pytest.raises(RuntimeError, match='BalancedSoftmaxLoss.*counts'):
        loss(logits(), LABELS)


def test_bad_settings_are_refused():
    for begin in (-1, 1.5, True):
        with pytest.raises(ValueError, match=f'`begin`.*got {begin}'):
            DeferredLoss(CE, BSCE, begin)
    with pytest.raises(TypeError, match="`after`.*got 'BalancedSoftmaxLoss'"):
        DeferredLoss(CE, 'BalancedSoftmaxLoss')


def test_it_is_registered_under_its_name():
    assert MODELS.get('DeferredLoss') is DeferredLoss


def test_a_loss_of_others_gets_the_counts_in_a_tensor():
    class Weighted(nn.Module):
        def set_class_counts(self, counts):
            self.weights = 1 / counts.float()

    loss = DeferredLoss(Weighted(), Weighted(), begin=1)
    for counts in ([4, 2], np.array([4, 2]), torch.tensor([4, 2])):
        loss.set_class_counts(counts)
        assert loss.after.weights.tolist() == [0.25, 0.5]


def test_counts_that_are_none_are_refused_by_name():
    loss = DeferredLoss(nn.Identity(), nn.Identity())
    with pytest.raises(ValueError, match='DeferredLoss .* integers >= 0'):
        loss.set_class_counts([0.5, 0.5])
