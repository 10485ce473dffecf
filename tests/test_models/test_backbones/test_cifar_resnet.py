import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmlt.models import CIFARResNet


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    # depth 32 as the field counts it; the others by hand from the layers
    ('depth', 'parameters'),
    [(20, 269072), (32, 463504), (44, 657936), (56, 852368)],
)
def test_number_of_parameters(depth, parameters):
    assert count(CIFARResNet(depth)) == parameters
    # 3x3 convolutions and two numbers per channel of each normalization
    n = (depth - 2) // 6
    by_hand = 27 * 16 + 2 * 16
    for into, out in ((16, 16), (16, 32), (32, 64)):
        by_hand += 9 * into * out + (2 * n - 1) * 9 * out * out
        by_hand += 2 * n * 2 * out
    assert parameters == by_hand


@pytest.mark.parametrize(('classes', 'total'), [(10, 464154), (100, 470004)])
def test_number_of_parameters_with_a_linear_head(classes, total):
    assert count(CIFARResNet(32)) + count(nn.Linear(64, classes)) == total


def test_last_feature_map_is_not_negative_and_a_quarter_in_size():
    (out,) = CIFARResNet(20)(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 64, 8, 8)
    assert (out >= 0).all()


def test_shortcut_takes_every_second_pixel_and_pads_channels_evenly():
    net = CIFARResNet(20)
    net.eval()
    block = net.layer2[0]
    nn.init.zeros_(block.bn2.weight)  # leaves the shortcut alone
    x = torch.rand(1, 16, 8, 8)
    out = block(x)
    assert torch.equal(out[:, 8:24], x[:, :, ::2, ::2])
    assert not out[:, :8].any()
    assert not out[:, 24:].any()


def test_equals_the_formula_layer_by_layer():
    """The same numbers from bare operations, in float64."""
    net = CIFARResNet(20).double()
    net.eval()
    state = net.state_dict()

    def conv_bn(x, conv, bn, stride=1):
        x = F.conv2d(x, state[f'{conv}.weight'], stride=stride, padding=1)
        mean, var = state[f'{bn}.running_mean'], state[f'{bn}.running_var']
        weight, bias = state[f'{bn}.weight'], state[f'{bn}.bias']
        return F.batch_norm(x, mean, var, weight, bias)

    image = torch.randn(1, 3, 16, 16, dtype=torch.float64)
    x = conv_bn(image, 'conv1', 'bn1').relu()
    for stage in (1, 2, 3):
        for i in range(3):
            name = f'layer{stage}.{i}'
            stride = 2 if stage > 1 and i == 0 else 1
            y = conv_bn(x, f'{name}.conv1', f'{name}.bn1', stride).relu()
            y = conv_bn(y, f'{name}.conv2', f'{name}.bn2')
            if stride == 2:
                zeros = torch.zeros_like(x[:, : x.shape[1] // 2, ::2, ::2])
                x = torch.cat([zeros, x[:, :, ::2, ::2], zeros], 1)
            x = (x + y).relu()
    torch.testing.assert_close(net(image)[0], x, rtol=1e-12, atol=1e-14)


def test_convolutions_start_kaiming_normal():
    net = CIFARResNet(32)
    net.init_weights()
    weight = net.layer3[1].conv1.weight
    # fan-in 64 * 9, gain sqrt(2): 36,864 draws
    assert weight.std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.02)
    assert abs(weight.mean().item()) < 1e-3
    kurtosis = (weight / weight.std()).pow(4).mean().item()
    assert kurtosis == pytest.approx(3, abs=0.15)  # normal, not uniform


def test_gradient_reaches_the_first_layer():
    net = CIFARResNet(20)
    net(torch.randn(2, 3, 8, 8))[0].sum().backward()
    assert net.conv1.weight.grad.abs().sum() > 0


def test_refuses_another_depth():
    with pytest.raises(ValueError, match=r'\[20, 32, 44, 56\].*110'):
        CIFARResNet(110)
