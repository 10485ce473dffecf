import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.models import CIFARResNet, MultiExpertCIFARResNet, ParallelBackbones


def test_one_expert_of_full_width_is_the_plain_network():
    net = MultiExpertCIFARResNet(20, num_experts=1, expert_channels=(32, 64))
    plain = CIFARResNet(20)
    weights = {
        key.replace('experts.0.0', 'layer2').replace(
            'experts.0.1', 'layer3'
        ): v
        for key, v in net.state_dict().items()
    }
    plain.load_state_dict(weights)  # strict: the same layers
    x = torch.randn(2, 3, 16, 16)
    assert torch.equal(net(x)[0], plain(x)[0])


def test_each_expert_has_its_own_stages_on_the_shared_one():
    net = MultiExpertCIFARResNet(20)
    net.eval()
    x = torch.randn(2, 3, 16, 16)
    (out,) = net(x)
    assert out.shape == (2, 3 * 48, 4, 4)
    shared = net.layer1(torch.relu(net.bn1(net.conv1(x))))
    for e, part in enumerate(out.chunk(3, dim=1)):
        assert torch.equal(part, net.experts[e](shared))


def test_number_of_parameters():
    """From the layers: 3x3 convolutions, two numbers per channel of a norm."""
    for depth in (20, 32):
        n = (depth - 2) // 6
        shared = 27 * 16 + 2 * 16 + 2 * n * (9 * 16 * 16 + 2 * 16)
        expert = 0
        for into, out in ((16, 24), (24, 48)):
            expert += 9 * into * out + (2 * n - 1) * 9 * out * out
            expert += 2 * n * 2 * out
        net = MultiExpertCIFARResNet(depth)
        total = sum(p.numel() for p in net.parameters())
        assert total == shared + 3 * expert


def test_initialization_is_the_plain_networks():
    net = MultiExpertCIFARResNet(20)
    net.init_weights()
    weight = net.experts[2][1][1].conv1.weight
    expected = (2 / (9 * 48)) ** 0.5
    assert weight.std().item() == pytest.approx(expected, rel=0.05)


def test_settings_out_of_range():
    with pytest.raises(ValueError, match='`num_experts`'):
        MultiExpertCIFARResNet(20, num_experts=0)
    with pytest.raises(ValueError, match='`expert_channels`'):
        MultiExpertCIFARResNet(20, expert_channels=(8, 48))
    with pytest.raises(ValueError, match='`num_experts`'):
        ParallelBackbones(dict(type='CIFARResNet'), 0)


def test_parallel_networks_stand_side_by_side_with_weights_of_their_own():
    net = ParallelBackbones(dict(type='CIFARResNet', depth=20), 2).eval()
    net.init_weights()
    x = torch.randn(2, 3, 8, 8)
    (out,) = net(x)
    for network, part in zip(net.networks, out.chunk(2, dim=1), strict=True):
        assert torch.equal(part, network(x)[0])
    assert not torch.equal(*out.chunk(2, dim=1))


def test_they_are_registered_under_their_names():
    for kind in (MultiExpertCIFARResNet, ParallelBackbones):
        assert MODELS.get(kind.__name__) is kind
