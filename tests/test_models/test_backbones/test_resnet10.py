import pytest
import torch
from torch import nn

from mmlt.models import ResNet10


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_number_of_parameters():
    """As the published code has it, and by hand from the layers.

    `res10(None)` without its classifier:
    https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/backbone/oltr_resnet.py#L183-L189
    """
    by_hand = 49 * 3 * 64 + 2 * 64  # stem
    for into, out in ((64, 64), (64, 128), (128, 256), (256, 512)):
        by_hand += 9 * into * out + 9 * out * out + 2 * 2 * out
        if into != out:  # shortcut
            by_hand += into * out + 2 * out
    assert count(ResNet10()) == by_hand == 4_905_792


def test_features():
    (out,) = ResNet10()(torch.randn(2, 3, 64, 64))
    assert out.shape == (2, 512, 2, 2)
    assert (out >= 0).all()


def test_all_normalizations_begin_at_one():
    net = ResNet10()
    net.init_weights()
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    assert len(norms) == 12
    assert all((m.weight == 1).all() for m in norms)
    zero = ResNet10(zero_init_residual=True)
    zero.init_weights()
    assert (zero.layer4[0].norm2.weight == 0).all()


def test_weights_have_the_deviation_of_the_published_code():
    torch.manual_seed(0)
    net = ResNet10()
    net.init_weights()
    for conv in (net.layer2[0].conv1, net.layer4[0].conv2):
        expected = (2 / (9 * conv.out_channels)) ** 0.5
        assert conv.weight.std().item() == pytest.approx(expected, rel=0.02)


def test_another_depth_is_refused():
    with pytest.raises(ValueError, match='`depth` to be 10, but got 18'):
        ResNet10(depth=18)
