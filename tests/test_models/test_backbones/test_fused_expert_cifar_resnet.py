import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.models import FusedExpertCIFARResNet


def build(**kwargs):
    torch.manual_seed(0)
    net = FusedExpertCIFARResNet(**kwargs)
    net.init_weights()
    net.eval()
    return net


def count(part):
    return sum(p.numel() for p in part.parameters())


def test_parameters_by_hand():
    """Of jinyan-06/SHIKE@2b04b62, networks.py, without its classifiers."""
    net = build()

    def conv(a, b, k):  # and its normalization
        return a * b * k * k + 2 * b

    def stage(a, b):
        return conv(a, b, 3) + 9 * conv(b, b, 3)

    shared = conv(3, 16, 3) + stage(16, 16) + stage(16, 32) + conv(16, 32, 1)
    own = stage(32, 64) + conv(32, 64, 1)
    long, short = conv(16, 32, 3) + conv(32, 64, 3), conv(32, 64, 3)
    assert count(net) == shared + 3 * own + 2 * long + short == 1238608


def test_an_expert_is_its_stage_times_a_shallow_map():
    net = build(depth=20)
    x = torch.randn(2, 3, 32, 32)
    (found,) = net(x)
    assert found.shape == (2, 192, 8, 8)
    first = net.layer1(torch.relu(net.bn1(net.conv1(x))))
    second = net.layer2(first)
    for i, shallow in enumerate((first, second, first)):
        expected = net.experts[i](second) * net.shallow[i](shallow)
        torch.testing.assert_close(
            found[:, 64 * i : 64 * (i + 1)], expected, rtol=1e-4, atol=1e-5
        )


def test_the_longer_branch_ends_without_relu():
    net = build(depth=20)
    kinds = [[type(m) for m in branch] for branch in net.shallow]
    one = [nn.Conv2d, nn.BatchNorm2d, nn.ReLU]
    assert kinds == [one + one[:2], one, one + one[:2]]


@pytest.mark.parametrize('size', [8, 9, 31])
def test_maps_fit_at_every_size(size):
    side = -(-size // 4)  # rounded up
    (found,) = build(depth=20, num_experts=4)(torch.randn(1, 3, size, size))
    assert found.shape == (1, 256, side, side)


def test_shallow_convolutions_begin_as_torch_has_them():
    """Uniform up to 1 / sqrt(fan-in); the others are normal, as published."""
    net = build()
    for branch in net.shallow:
        for conv in branch:
            if isinstance(conv, nn.Conv2d):
                bound = (9 * conv.in_channels) ** -0.5
                assert conv.weight.detach().abs().max() <= bound
                assert conv.weight.detach().std() == pytest.approx(
                    bound / 3**0.5, rel=0.05
                )
    deep = net.experts[0][1].conv1.weight.detach()
    assert deep.std() == pytest.approx((2 / (9 * 64)) ** 0.5, rel=0.05)


def test_gradients_reach_every_parameter():
    net = build(depth=20)
    net.train()
    net(torch.randn(2, 3, 16, 16))[0].sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all()


def test_what_it_refuses_and_its_name():
    with pytest.raises(ValueError, match='`num_experts`'):
        FusedExpertCIFARResNet(num_experts=0)
    with pytest.raises(ValueError, match='`depth`'):
        FusedExpertCIFARResNet(depth=33)
    name = 'FusedExpertCIFARResNet'
    assert MODELS.get(name) is FusedExpertCIFARResNet
