import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.functional import ncl_losses
from mmlt.models import NCLClsHead
from mmlt.structures import BatchDataSample, MixedLabels

COUNTS = [60, 5, 20, 10, 30]


def build(**kwargs):
    head = NCLClsHead(5, 4, **kwargs).double()
    head.set_class_counts(COUNTS)
    return head


def batch(experts=3, n=6):
    feats = (torch.randn(n, experts * 4, dtype=torch.float64),)
    return feats, [BatchDataSample(gt_label=torch.arange(n) % 5)]


@pytest.mark.parametrize('excluded', ['zero', 'drop'])
def test_losses_are_those_of_the_function(excluded):
    head = build(hard_fraction=0.5, excluded=excluded, distill_weight=0.6)
    feats, samples = batch()
    terms = ncl_losses(
        head.expert_logits(feats),
        samples[0].gt_label,
        torch.tensor(COUNTS).double().log(),
        2,
        excluded,
    )
    expected = dict(
        loss_ce=terms[0].mean(),
        loss_hard_ce=terms[1].mean(),
        loss_distill=0.6 * terms[2].mean(),
        loss_hard_distill=0.6 * terms[3].mean(),
    )
    losses = head.loss(feats, samples)
    assert losses.keys() == expected.keys()
    for key, value in expected.items():
        torch.testing.assert_close(losses[key], value)


@pytest.mark.parametrize(
    # the published numbers for CIFAR-100, ImageNet-LT and iNaturalist 2018
    ('classes', 'hard'),
    [(100, 30), (1000, 300), (8142, 2442), (2, 1)],
)
def test_number_of_hard_classes(classes, hard):
    assert NCLClsHead(classes, 4).num_hard == hard


def test_one_expert_has_nothing_to_distil():
    losses = build(num_experts=1).loss(*batch(1))
    assert losses['loss_distill'].item() == 0
    assert losses['loss_hard_distill'].item() == 0


def test_what_it_refuses():
    feats, samples = batch()
    with pytest.raises(RuntimeError, match='NCLClsHead to know the class'):
        NCLClsHead(5, 4).double().loss(feats, samples)
    labels = samples[0].gt_label
    mixed = MixedLabels(labels, labels, torch.ones(6))
    with pytest.raises(TypeError, match='train without mixing'):
        build().loss(feats, [BatchDataSample(gt_label=mixed)])
    for kwargs, match in (
        (dict(hard_fraction=0), '`hard_fraction`'),
        (dict(distill_weight=-1), '`distill_weight`'),
        (dict(excluded='inf'), '`excluded` to be one of'),
    ):
        with pytest.raises(ValueError, match=match):
            build(**kwargs)
    with pytest.raises(ValueError, match='class 2 has 0'):
        NCLClsHead(3, 4).set_class_counts([3, 1, 0])


def test_it_is_registered_under_its_name():
    assert MODELS.get('NCLClsHead') is NCLClsHead
