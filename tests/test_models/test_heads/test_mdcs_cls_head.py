"""The head of MDCS against the published code.

``MDCSLoss`` of fistyee/MDCS at commit 1a1d54e, model/loss.py lines 307 to
437, executed in float32 on CPU with the inputs of ``tests/golden_cases.py``.
"""

import logging

import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.models import MDCSClsHead
from mmlt.structures import BatchDataSample, MixedLabels
from tests.golden_cases import COUNTS, LABELS, experts


def build(epoch=4, max_epochs=400, counts=COUNTS, **kwargs):
    """A head in an epoch, counted from 0."""
    head = MDCSClsHead(4, 4, **kwargs)
    head.set_class_counts(counts)
    head.set_progress(epoch, max_epochs)
    return head


def two_views(dtype=torch.float32):
    """Weak views, and the experts in reversed order, weaker."""
    return torch.cat([experts(dtype), 0.8 * experts(dtype).flip(0)], dim=1)


def total(head):
    return sum(head.expert_losses(two_views(), LABELS).values()).item()


@pytest.mark.parametrize(
    ('epoch', 'expected'),
    [(4, 7.7752032), (19, 7.8295965), (399, 7.8295965)],
)
def test_loss_is_that_of_the_published_code(epoch, expected):
    assert total(build(epoch)) == pytest.approx(expected, rel=1e-5)


def test_warmup_may_be_a_share_of_the_schedule():
    assert total(build(4, warmup=0.05)) == total(build(4))
    assert total(build(1, 40, warmup=0.05)) == total(build(399))


def test_without_consistency_it_is_the_sum_over_the_experts():
    head = build(consistency_weight=0)
    losses = head.expert_losses(two_views(), LABELS)
    assert losses.pop('loss_consistency') == 0
    rows = head.adjustments[:, None]
    expected = [
        torch.nn.functional.cross_entropy(z, LABELS.repeat(2)).item()
        for z in two_views() + rows
    ]
    found = [loss.item() for loss in losses.values()]
    assert found == pytest.approx(expected, rel=1e-6)
    assert list(losses) == [f'loss_expert{k}' for k in range(3)]


def test_an_epoch_that_was_never_told_is_the_first_and_said_once(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmlt.models.progress.print_log',
        lambda text, logger, level: said.append((text, level)),
    )
    head = MDCSClsHead(4, 4)
    head.set_class_counts(COUNTS)
    assert total(head) == total(head) == total(build(0))
    ((text, level),) = said
    assert 'counts its consistency 0.05 times its weight' in text
    assert level == logging.WARNING
    head = MDCSClsHead(4, 4, warmup=0)
    head.set_class_counts(COUNTS)
    assert total(head) == total(build(399))
    assert len(said) == 1


def test_the_mean_of_the_taus_is_one(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmlt.models.heads.balpoe_cls_head.print_log',
        lambda *args, **kwargs: said.append(args),
    )
    assert build().taus == (-0.5, 1.0, 2.5)
    assert said == []


def test_views_of_features():
    head = build()
    feats = (torch.randn(10, 12, requires_grad=True),)
    samples = [BatchDataSample(gt_label=torch.arange(5) % 4)]
    losses = head.loss(feats, samples)
    assert len(losses) == 4
    sum(losses.values()).backward()
    assert feats[0].grad.isfinite().all()
    torch.testing.assert_close(
        head.eval()(feats), head.expert_logits(feats).mean(0)
    )


def test_what_it_refuses():
    with pytest.raises(RuntimeError, match='MDCSClsHead to know the class'):
        MDCSClsHead(4, 4).expert_losses(two_views(), LABELS)
    mixed = MixedLabels(LABELS, LABELS.flip(0), torch.full((3,), 0.7))
    with pytest.raises(TypeError, match='MDCSClsHead got mixed'):
        build().expert_losses(two_views(), mixed)
    with pytest.raises(TypeError, match='one label per image'):
        build().expert_losses(two_views(), torch.eye(4)[:3])
    with pytest.raises(ValueError, match='two views of 3 images, but got 3'):
        build().expert_losses(experts(torch.float32), LABELS)
    with pytest.raises(ValueError, match='`consistency_weight`'):
        build(consistency_weight=-1)
    with pytest.raises(ValueError, match='`warmup`'):
        build(warmup=-1)


def test_it_is_registered_under_its_name():
    assert MODELS.get('MDCSClsHead') is MDCSClsHead
