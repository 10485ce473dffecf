import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn
from torch.nn import DataParallel

SGD = dict(type='SGD', lr=0.1)


def network(frozen='0'):
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    net.get_submodule(frozen).requires_grad_(False)
    return net


def build(net, **settings):
    constructor = 'TrainedWeightsConstructor'
    cfg = dict(constructor=constructor, optimizer=SGD, **settings)
    return build_optim_wrapper(net, cfg).optimizer


@pytest.mark.parametrize('wrapped', [False, True])
def test_the_optimizer_gets_what_is_trained(wrapped):
    net = network()
    model = DataParallel(net) if wrapped else net
    (group,) = build(model).param_groups
    assert group['lr'] == 0.1
    assert len(group['params']) == 2
    for found, own in zip(group['params'], net[1].parameters(), strict=True):
        assert found is own
    before = net[1].weight.clone()
    net(torch.randn(5, 3)).sum().backward()
    build(model).step()
    assert not torch.equal(net[1].weight, before)


def test_settings_by_name_are_refused():
    with pytest.raises(ValueError, match='paramwise_cfg'):
        build(network(), paramwise_cfg=dict(norm_decay_mult=0.0))


def test_a_network_that_is_frozen_is_refused():
    with pytest.raises(ValueError, match='all are frozen'):
        build(network('').requires_grad_(False))
