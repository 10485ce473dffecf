"""The head of BalPoE against the published code.

``BSExpertLoss`` of emasa/BalPoE-CalibratedLT at commit ca607ae, model/loss.py
lines 8 to 61, executed in float32 on CPU with the inputs of
``tests/golden_cases.py``.
"""

import logging

import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.functional import balanced_softmax_loss
from mmlt.models import BalPoEClsHead
from mmlt.structures import BatchDataSample, MixedLabels
from tests.golden_cases import COUNTS, LABELS, experts, logits


def build(counts=COUNTS, **kwargs):
    head = BalPoEClsHead(4, 4, **kwargs)
    head.set_class_counts(counts)
    return head


def mixed():
    second = torch.tensor([1, 3, 0])
    return MixedLabels(LABELS, second, torch.full((3,), 0.7))


@pytest.mark.parametrize(
    ('taus', 'each', 'total'),
    [
        ((0, 1, 2), (0.6218691, 2.1215734, 3.2521946), 1.9985456),
        ((-1, 1, 3), (1.7126287, 2.1215734, 5.2634358), 3.0325460),
    ],
)
def test_losses_are_those_of_the_published_code(taus, each, total):
    losses = build(taus=taus).expert_losses(experts(torch.float32), LABELS)
    found = [3 * value.item() for value in losses.values()]
    assert found == pytest.approx(each, rel=1e-5)
    assert sum(losses.values()).item() == pytest.approx(total, rel=1e-5)


def test_mixed_labels_are_those_of_the_published_code():
    losses = build().expert_losses(experts(torch.float32), mixed())
    assert sum(losses.values()).item() == pytest.approx(2.2985458, rel=1e-5)


def test_gradients():
    head = build().double()
    z = experts().requires_grad_()
    for labels in (LABELS, mixed()):
        assert torch.autograd.gradcheck(
            lambda z, y=labels: sum(head.expert_losses(z, y).values()), z
        )


def test_one_expert_of_tau_one_is_balanced_softmax():
    head = build(taus=[1.0]).double()
    losses = head.expert_losses(logits()[None], LABELS)
    torch.testing.assert_close(
        losses['loss_expert0'],
        balanced_softmax_loss(logits(), LABELS, COUNTS).mean(),
        rtol=1e-6,  # the rows are float32
        atol=0,
    )


def test_the_prediction_is_the_plain_mean():
    head = build().eval()
    feats = (torch.randn(5, 12),)
    expected = head.expert_logits(feats).mean(0)
    torch.testing.assert_close(head(feats), expected)
    samples = [BatchDataSample(gt_label=torch.arange(5) % 4)]
    assert len(head.loss(feats, samples)) == 3


@pytest.mark.parametrize(
    ('taus', 'said'), [((0, 1, 2), 0), ((-1, 1, 3), 0), ((0, 1.25, 2.5), 1)]
)
def test_another_mean_than_one_is_remarked(taus, said, monkeypatch):
    remarks = []
    monkeypatch.setattr(
        'mmlt.models.heads.balpoe_cls_head.print_log',
        lambda text, logger, level: remarks.append((text, level)),
    )
    build(taus=taus)
    assert len(remarks) == said
    for text, level in remarks:
        assert 'mean of `taus` (0, 1.25, 2.5) is 1.25' in text
        assert 'to the power -0.25' in text
        assert level == logging.WARNING


def test_counts_travel_in_the_checkpoint():
    other = BalPoEClsHead(4, 4)
    other.load_state_dict(build().state_dict())
    z = experts(torch.float32)
    assert sum(other.expert_losses(z, LABELS).values()).item() == (
        sum(build().expert_losses(z, LABELS).values()).item()
    )


def test_what_it_refuses():
    with pytest.raises(RuntimeError, match='BalPoEClsHead to know the class'):
        BalPoEClsHead(4, 4).expert_losses(experts(), LABELS)
    with pytest.raises(ValueError, match='class 1 has 0'):
        build([3, 0, 1, 1])
    with pytest.raises(ValueError, match='one number per expert'):
        build(taus=())
    with pytest.raises(ValueError, match=r'features \(N, 8\) of 2 experts'):
        build(taus=(0, 2))((torch.randn(3, 12),))


def test_it_is_registered_under_its_name():
    assert MODELS.get('BalPoEClsHead') is BalPoEClsHead
