import math

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from mmlt.models import SADEClsHead
from mmlt.structures import BatchDataSample, MixedLabels

COUNTS = [60, 5, 20, 10, 30]  # not sorted
REVERSED = [5, 60, 20, 30, 10]


def build(counts=COUNTS, **kwargs):
    head = SADEClsHead(5, 4, **kwargs).double()
    head.set_class_counts(counts)
    return head


def batch(experts=3, n=6):
    feats = (torch.randn(n, experts * 4, dtype=torch.float64),)
    return feats, [BatchDataSample(gt_label=torch.arange(n) % 5)]


@pytest.mark.parametrize('scale', [30.0, None])
def test_losses_are_those_of_the_paper(scale):
    head, (feats, samples) = build(scale=scale, tau=2.0), batch()
    losses = head.loss(feats, samples)
    labels = samples[0].gt_label.tolist()
    prior = [n / sum(COUNTS) for n in COUNTS]
    inverse = [n / sum(COUNTS) for n in REVERSED]
    for e, logits in enumerate(head.expert_logits(feats)):
        expected = 0.0
        for row, label in zip(logits.tolist(), labels, strict=True):
            # p_c proportional to exp(z_c) times a power of the priors
            factor = [
                [1.0] * 5,
                prior,
                [p / q**2 for p, q in zip(prior, inverse, strict=True)],
            ][e]
            mass = [math.exp(z) * f for z, f in zip(row, factor, strict=True)]
            expected -= math.log(mass[label] / sum(mass))
        expected /= len(labels)
        assert losses[f'loss_expert{e}'].item() == pytest.approx(
            expected, rel=1e-12
        )


def test_equal_counts_make_all_three_plain_cross_entropy():
    head, (feats, samples) = build([7] * 5), batch()
    losses = head.loss(feats, samples)
    for e, logits in enumerate(head.expert_logits(feats)):
        torch.testing.assert_close(
            losses[f'loss_expert{e}'],
            F.cross_entropy(logits, samples[0].gt_label),
        )


def test_the_prediction_has_no_prior():
    head, (feats, _) = build(), batch()
    torch.testing.assert_close(
        head.eval()(feats),
        head.expert_logits(feats).mean(0),
        rtol=1e-6,
        atol=1e-6,
    )


def test_mixed_labels_are_the_weighted_mean_of_their_losses():
    head, (feats, _) = build(), batch()
    a, b = torch.arange(6) % 5, torch.arange(1, 7) % 5

    def losses(labels):
        return head.loss(feats, [BatchDataSample(gt_label=labels)])

    mixed = losses(MixedLabels(a, b, torch.full((6,), 0.25)))
    first, second = losses(a), losses(b)
    for key, value in mixed.items():
        torch.testing.assert_close(
            value, 0.25 * first[key] + 0.75 * second[key]
        )


def test_counts_travel_in_the_checkpoint():
    head, (feats, samples) = build(), batch()
    other = SADEClsHead(5, 4).double()
    other.load_state_dict(head.state_dict())
    for key, value in head.loss(feats, samples).items():
        assert other.loss(feats, samples)[key].item() == value.item()


def test_autocast_and_half_precision_are_finite():
    feats, samples = batch()
    for scale in (30.0, None):
        head = build(scale=scale).float()
        single = (feats[0].float(),)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            losses = head.loss(single, samples)
        exact = head.loss(single, samples)
        for key, value in losses.items():
            assert value.item() == pytest.approx(exact[key].item(), rel=0.05)


def test_what_it_refuses():
    feats, samples = batch()
    with pytest.raises(RuntimeError, match='SADEClsHead to know the class'):
        SADEClsHead(5, 4).double().loss(feats, samples)
    with pytest.raises(ValueError, match='class 1 has 0'):
        build([3, 0, 1, 1, 1])
    with pytest.raises(
        ValueError, match=r'`num_experts` to be one of \[1, 2, 3\]'
    ):
        build(num_experts=4)
    with pytest.raises(ValueError, match='`tau` to be a finite number >= 0'):
        build(tau=-1.0)


def test_it_is_registered_under_its_name():
    assert MODELS.get('SADEClsHead') is SADEClsHead
