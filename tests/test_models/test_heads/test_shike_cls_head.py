"""The heads of both stages of SHIKE against the published code.

``mix_outputs`` of jinyan-06/SHIKE at commit 2b04b62, cifarTrain.py lines 166
to 223, executed in float32 on CPU with the inputs of
``tests/golden_cases.py``.
"""

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from mmlt.models import MultiExpertClsHead, SHIKEClsHead
from mmlt.structures import BatchDataSample, MixedLabels
from tests.golden_cases import COUNTS, LABELS, experts


def total(head):
    return sum(head.expert_losses(experts(torch.float32), LABELS).values())


def test_first_stage_is_that_of_the_published_code():
    found = total(SHIKEClsHead(4, 4)).item()
    assert found == pytest.approx(43.3948288, rel=1e-5)


def test_second_stage_is_that_of_the_published_code():
    loss = dict(type='BalancedSoftmaxLoss')
    head = MultiExpertClsHead(4, 4, scale=30.0, loss=loss)
    head.loss_module.set_class_counts(COUNTS)
    assert total(head).item() == pytest.approx(5.0999694, rel=1e-5)


def test_without_the_distances_it_is_the_sum_of_cross_entropies():
    head = SHIKEClsHead(4, 4, suppression_weight=0, mutual_weight=0)
    expected = sum(F.cross_entropy(z, LABELS) for z in experts())
    assert total(head).item() == pytest.approx(expected.item(), rel=1e-6)


def test_one_expert_has_nobody_to_learn_from():
    head = SHIKEClsHead(4, 4, num_experts=1)
    losses = head.expert_losses(experts()[:1], LABELS)
    assert list(losses) == ['loss_expert0', 'loss_suppression', 'loss_mutual']
    assert losses['loss_mutual'] == 0


def test_gradients_reach_every_expert():
    head = SHIKEClsHead(4, 4)
    feats = (torch.randn(5, 12, requires_grad=True),)
    samples = [BatchDataSample(gt_label=torch.arange(5) % 4)]
    losses = head.loss(feats, samples)
    assert len(losses) == 5
    sum(losses.values()).backward()
    assert feats[0].grad.isfinite().all()
    for classifier in head.classifiers:
        assert classifier.weight.grad.abs().sum() > 0
    torch.testing.assert_close(
        head.eval()(feats), head.expert_logits(feats).mean(0)
    )


def test_what_it_refuses():
    mixed = MixedLabels(LABELS, LABELS.flip(0), torch.full((3,), 0.7))
    for wrong in (mixed, torch.eye(4)[:3]):
        with pytest.raises(TypeError, match='SHIKEClsHead got mixed or soft'):
            SHIKEClsHead(4, 4).expert_losses(experts(), wrong)
    for name in ('suppression_weight', 'mutual_weight'):
        with pytest.raises(ValueError, match=name):
            SHIKEClsHead(4, 4, **{name: -1})


def test_it_is_registered_under_its_name():
    assert MODELS.get('SHIKEClsHead') is SHIKEClsHead
