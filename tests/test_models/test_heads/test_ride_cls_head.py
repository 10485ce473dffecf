"""The head of RIDE against the published code.

``RIDELoss`` of frank-xwang/RIDE-LongTailRecognition at commit ab8be5c,
model/loss.py lines 124 to 247, executed in float32 on CPU with the inputs of
``tests/golden_cases.py``.
"""

import math

import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.functional import diversity_temperatures, expert_diversity
from mmlt.models import LDAMLoss, RIDEClsHead
from mmlt.structures import BatchDataSample, MixedLabels
from tests.golden_cases import COUNTS, LABELS, experts


def build(epoch=0, counts=COUNTS, **kwargs):
    """A head at the beginning of an epoch of 200."""
    head = RIDEClsHead(4, 4, **kwargs)
    head.set_class_counts(counts)
    if hasattr(head.loss_module, 'set_progress'):
        head.loss_module.set_progress(epoch, 200)
    return head


def total(head, labels=LABELS, z=None):
    z = experts(torch.float32) if z is None else z
    return sum(head.expert_losses(z, labels).values())


@pytest.mark.parametrize(
    ('factor', 'epoch', 'expected'),
    [
        (-0.45, 0, 27.3828468),
        (-0.45, 159, 27.3828468),
        (-0.45, 160, 44.2452545),
        (-0.2, 159, 27.4494972),
        (-0.2, 199, 44.3102722),
    ],
)
def test_loss_is_that_of_the_published_code(factor, epoch, expected):
    head = build(epoch, diversity_factor=factor)
    assert total(head).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize('epoch', [0, 199])
def test_without_diversity_it_is_the_sum_of_the_losses(epoch):
    """Unlike the published code, whose experts then share the mean logits."""
    head, z = build(epoch, diversity_factor=0), experts(torch.float32)
    expected = sum(head.loss_module(scores, LABELS) for scores in z)
    assert total(head).item() == pytest.approx(expected.item(), rel=1e-6)


def test_names_of_the_losses():
    head = build(diversity_factor=-0.45)
    losses = head.expert_losses(experts(torch.float32), LABELS)
    assert list(losses) == [
        'loss_expert0', 'loss_expert1', 'loss_expert2', 'loss_diversity'
    ]  # fmt: skip
    apart = expert_diversity(experts()).mean().item()
    assert losses['loss_diversity'].item() == pytest.approx(-0.45 * apart)


def test_a_loss_that_is_not_deferred_has_temperatures_from_the_start():
    head = build(loss=dict(type='LDAMLoss', scale=1.0, max_margin=15.0))
    assert isinstance(head.loss_module, LDAMLoss)
    losses = head.expert_losses(experts(torch.float32), LABELS)
    temperatures = diversity_temperatures(COUNTS)
    expected = -0.2 * expert_diversity(experts(), temperatures).mean()
    found = losses['loss_diversity'].item()
    assert found == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize(('scale', 'margin'), [(None, 0.5), (20.0, 10.0)])
def test_margins_have_the_scale_of_the_logits(scale, margin):
    loss = build(scale=scale).loss_module
    assert loss.before.max_margin == loss.after.max_margin == margin
    assert loss.before.scale == loss.after.scale == 1
    assert (loss.before.reweight, loss.after.reweight) == (
        None,
        'class_balanced',
    )
    assert (loss.after.beta, loss.begin) == (0.9999, 0.8)


def test_mixed_labels_are_the_weighted_sum():
    second = torch.tensor([1, 3, 0])
    mixed = MixedLabels(LABELS, second, torch.full((3,), 0.7))
    head = build()
    expected = 0.7 * total(head) + 0.3 * total(head, second)
    assert total(head, mixed).item() == pytest.approx(expected.item(), 1e-6)


def test_gradients_reach_every_expert():
    head = build(199)
    feats = (torch.randn(5, 12, requires_grad=True),)
    samples = [BatchDataSample(gt_label=torch.arange(5) % 4)]
    losses = head.loss(feats, samples)
    assert len(losses) == 4
    sum(losses.values()).backward()
    assert feats[0].grad.isfinite().all()
    for classifier in head.classifiers:
        assert classifier.weight.grad.abs().sum() > 0


def test_the_prediction_is_the_plain_mean():
    head = build().eval()
    feats = (torch.randn(5, 12),)
    torch.testing.assert_close(head(feats), head.expert_logits(feats).mean(0))


def test_counts_travel_in_the_checkpoint():
    other = RIDEClsHead(4, 4)
    other.load_state_dict(build().state_dict())
    other.loss_module.set_progress(199, 200)
    assert total(other).item() == total(build(199)).item()


def test_what_it_refuses():
    with pytest.raises(RuntimeError, match='RIDEClsHead to know the class'):
        RIDEClsHead(4, 4).expert_losses(experts(), LABELS)
    with pytest.raises(ValueError, match='class 1 has 0'):
        build(counts=[3, 0, 1, 1])
    with pytest.raises(ValueError, match='`spread`'):
        build(spread=1.0)
    with pytest.raises(ValueError, match='`diversity_factor`'):
        build(diversity_factor=math.inf)
    with pytest.raises(ValueError, match='`num_experts`'):
        build(num_experts=0)


def test_it_is_registered_under_its_name():
    assert MODELS.get('RIDEClsHead') is RIDEClsHead
