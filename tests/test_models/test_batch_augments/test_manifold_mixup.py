import pytest
import torch
from torch import nn

from mmlt.models import BatchMixup, BatchRemix, ManifoldMixup

LABELS = torch.tensor([0, 1, 2, 0])
PARTS = ['layer1', 'layer2', 'layer2.0']


class Backbone(nn.Module):
    """Two stages and both outputs, so that what is mixed can be seen."""

    def __init__(self, passes=1):
        super().__init__()
        self.layer1 = nn.Sequential(nn.Linear(5, 6), nn.ReLU())
        self.layer2 = nn.Sequential(nn.Linear(6, 6), nn.ReLU())
        self.passes = passes

    def forward(self, x):
        first = self.layer1(x)
        second = first
        for _ in range(self.passes):
            second = self.layer2(second)
        return first, second


def at_epoch(epoch, **kwargs):
    mixing = ManifoldMixup(**kwargs)
    mixing.set_progress(epoch, 9)
    return mixing


def generator():
    """That of epoch 0, behind the interface."""
    return ManifoldMixup()._epoch_generator.on('cpu')


def test_features_are_those_of_mixup():
    feats = torch.randn(4, 5)
    got, mixed = ManifoldMixup()((feats,), LABELS)
    expected, labels = BatchMixup()((feats,), LABELS, generator())
    assert torch.equal(got[0], expected[0])
    assert torch.equal(mixed.weight, labels.weight)


@pytest.mark.parametrize('location', PARTS)
def test_the_output_of_the_part_is_mixed_and_flows_on(location):
    torch.manual_seed(0)
    backbone, inputs = Backbone(), torch.randn(4, 5)
    mixing = ManifoldMixup(location)
    (first, second), labels = mixing.run(backbone, inputs, LABELS)

    def mix(x):
        return BatchMixup()(x, LABELS, generator())[0]

    expected = backbone.layer1(inputs)
    if location == 'layer1':
        expected = mix(expected)
    assert torch.equal(first, expected)
    if location == 'layer1':
        expected = backbone.layer2(expected)
    elif location == 'layer2':
        expected = mix(backbone.layer2(expected))
    else:
        expected = backbone.layer2[1](mix(backbone.layer2[0](expected)))
    assert torch.equal(second, expected)
    assert torch.equal(labels.label_a, LABELS)


def test_the_backbone_is_left_as_it_was():
    backbone, inputs = Backbone(), torch.randn(4, 5)
    before = backbone(inputs)
    ManifoldMixup('layer1').run(backbone, inputs, LABELS)
    assert torch.equal(backbone(inputs)[1], before[1])
    assert not backbone.layer1._forward_hooks
    with pytest.raises(TypeError, match='one label for each'):
        ManifoldMixup('layer1').run(backbone, inputs, LABELS[:2])
    assert not backbone.layer1._forward_hooks


def test_an_epoch_repeats_its_random_numbers_and_the_next_differs():
    feats = torch.randn(4, 5)
    seen = [at_epoch(e)((feats,), LABELS)[0][0] for e in (3, 4, 3)]
    assert torch.equal(seen[0], seen[2])
    assert not torch.equal(seen[0], seen[1])


def test_features_can_be_mixed_as_by_remix():
    mixing = ManifoldMixup(mixup=dict(type='BatchRemix', kappa=2.0))
    assert isinstance(mixing.mixup, BatchRemix)
    mixing.mixup.set_class_counts([100, 10, 1])
    _, mixed = mixing((torch.randn(4, 5),), LABELS)
    assert mixed.weight.unique().numel() > 1


@pytest.mark.parametrize('location', ['layer4', '', 'layer1.7'])
def test_refuses_a_part_that_is_not_there(location):
    mixing = ManifoldMixup(location)
    with pytest.raises(
        ValueError, match=r"Choose among \['layer1', 'layer2'\]"
    ):
        mixing.part_of(Backbone())


@pytest.mark.parametrize('passes', [0, 2])
def test_refuses_a_part_that_does_not_run_once(passes):
    mixing = ManifoldMixup('layer2')
    with pytest.raises((RuntimeError, TypeError)) as caught:
        mixing.run(Backbone(passes), torch.randn(4, 5), LABELS)
    assert f'it ran {passes} times' in str(caught.value)
