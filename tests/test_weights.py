import pytest
import torch
from torch import nn

from mmlt.weights import load_weights, read_checkpoint, weights_of


@pytest.fixture
def weights():
    return {'weight': torch.ones(2, 3), 'bias': torch.zeros(2)}


def test_weights_are_those_of_a_training_or_of_a_file_of_them_alone(weights):
    assert weights_of(weights) == weights
    wrapped = {f'module.{name}': value for name, value in weights.items()}
    assert weights_of({'state_dict': wrapped, 'meta': {}}) == weights


def test_a_parameter_that_is_missing_or_other_is_named(weights):
    layer = nn.Linear(3, 2)
    load_weights(layer, weights, 'a.pth')
    assert torch.equal(layer.weight, weights['weight'])
    for change, words in (
        ({'bias': torch.zeros(3)}, r'a.pth .*shape: bias \(3,\) for \(2,\)\)'),
        ({'weight': None}, r'a.pth .*\(missing: weight\)'),
    ):
        other = {k: v for k, v in (weights | change).items() if v is not None}
        with pytest.raises(ValueError, match=words):
            load_weights(layer, other, 'a.pth')


def test_what_has_no_place_in_the_network_is_named(weights):
    more = weights | {f'other.{i}': torch.ones(1) for i in range(5)}
    with pytest.raises(
        ValueError,
        match='not in the network: other.0, other.1, other.2 and 2 more',
    ):
        load_weights(nn.Linear(3, 2), more, 'a.pth')


def test_what_belongs_to_training_alone_may_be_missing_or_more(weights):
    """A loss, and the branch for the contrast, are not asked at test."""
    names = ('head.loss_module.class_counts', 'contrast.queue', 'class_counts')
    more = weights | {name: torch.ones(1) for name in names}
    load_weights(nn.Linear(3, 2), more, 'a.pth')
    with pytest.raises(ValueError, match='a.pth .*contrast.queue'):
        load_weights(nn.Linear(3, 2), more, 'a.pth', strict=True)


def test_an_address_that_does_not_answer_is_named():
    with pytest.raises(ValueError, match='nowhere.invalid/a.pth to be a'):
        read_checkpoint('https://nowhere.invalid/a.pth')
