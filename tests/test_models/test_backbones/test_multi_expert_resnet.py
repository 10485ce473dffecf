import pytest
import torch
from mmengine.runner import load_checkpoint
from mmpretrain.models import ResNet, ResNeXt
from mmpretrain.registry import MODELS

from mmlt.models import (
    MultiExpertResNet,
    MultiExpertResNet10,
    MultiExpertResNeXt,
    ResNet10,
)


@pytest.fixture
def images():
    return torch.randn(2, 3, 64, 64)


def at_test(net):
    net.eval()  # the parent's returns None
    return net


def parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ('kind', 'plain', 'depth'),
    [
        (MultiExpertResNet, ResNet, 18),
        (MultiExpertResNet10, ResNet10, 10),
        (MultiExpertResNeXt, ResNeXt, 50),
    ],
)
def test_experts_that_load_the_plain_network_are_the_plain_network(
    kind, plain, depth, images
):
    plain = at_test(plain(depth, zero_init_residual=False))
    plain.init_weights()
    net = at_test(kind(depth, num_experts=2))
    net.load_state_dict(plain.state_dict())  # strict: nothing left over
    (out,) = net(images)
    for part in out.chunk(2, dim=1):
        assert torch.equal(part, plain(images)[0])


def test_a_pretrained_checkpoint_reaches_every_expert(tmp_path):
    plain = ResNet(18)
    plain.init_weights()
    path = tmp_path / 'resnet18.pth'
    torch.save(plain.state_dict(), path)
    net = MultiExpertResNet(
        18, init_cfg=dict(type='Pretrained', checkpoint=str(path))
    )
    net.init_weights()
    for expert in net.experts:
        for s, name in enumerate(('layer3', 'layer4')):
            theirs = getattr(plain, name).state_dict()
            for key, value in expert[s].state_dict().items():
                assert torch.equal(value, theirs[key])
    # in a classifier too, as tools/test.py and load_from load it
    model = torch.nn.ModuleDict({'backbone': MultiExpertResNet(18)})
    torch.save(
        {f'backbone.{k}': v for k, v in plain.state_dict().items()}, path
    )
    load_checkpoint(model, str(path), strict=True)
    weight = model['backbone'].experts[2][1][0].conv1.weight
    assert torch.equal(weight, plain.layer4[0].conv1.weight)


def test_its_own_weights_load_again(images):
    first, second = (
        at_test(MultiExpertResNet(18, expert_channels=(96, 128)))
        for _ in range(2)
    )
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(images)[0], second(images)[0])


def test_each_expert_has_its_own_stages_on_the_shared_ones(images):
    net = at_test(
        MultiExpertResNet(18, shared_stages=3, expert_channels=(96,))
    )
    (out,) = net(images)
    assert out.shape == (2, 3 * 96, 2, 2)
    assert net.feat_dim == 3 * 96
    x = net.maxpool(net.relu(net.norm1(net.conv1(images))))
    shared = net.layer3(net.layer2(net.layer1(x)))
    for expert, part in zip(net.experts, out.chunk(3, dim=1), strict=True):
        assert torch.equal(part, expert(shared))
    assert not hasattr(net, 'layer4')


def stage(blocks, into, width, out, group):
    """Parameters of a stage of bottlenecks, from its layers."""
    total = into * out + 2 * out  # shortcut
    for _ in range(blocks):
        total += into * width + width * group * 9 + width * out
        total += 2 * width + 2 * width + 2 * out
        into = out
    return total


def test_number_of_parameters():
    """Of SADE's ResNet-50 and ResNeXt-50, from their layers."""
    stem = 3 * 64 * 49 + 2 * 64
    # width of the 3x3 convolution, and of one of its groups
    for kind, widths, groups in (
        (MultiExpertResNet, (64, 128, 192, 384), (64, 128, 192, 384)),
        (MultiExpertResNeXt, (128, 256, 384, 768), (4, 8, 12, 24)),
    ):
        into, shared, expert = 64, stem, 0
        outs, blocks = (256, 512, 768, 1536), (3, 4, 6, 3)
        for i in range(4):
            n = stage(blocks[i], into, widths[i], outs[i], groups[i])
            into = outs[i]
            shared, expert = (
                (shared + n, expert) if i < 2 else (shared, expert + n)
            )
        net = kind(50, expert_channels=(768, 1536))
        assert parameters(net.experts[0]) == expert
        assert parameters(net) == shared + 3 * expert


def test_initialization_is_the_parents():
    net = MultiExpertResNet(18, zero_init_residual=False)
    net.init_weights()
    weight = net.experts[2][1][1].conv1.weight
    expected = (2 / (9 * 512)) ** 0.5
    assert weight.std().item() == pytest.approx(expected, rel=0.02)
    first, second = (net.experts[e][0][0].conv1.weight for e in (0, 1))
    assert not torch.equal(first, second)
    assert (net.experts[0][1][1].norm2.weight == 1).all()


def test_stochastic_depth_goes_on_where_the_shared_stages_end():
    plain = ResNet(18, drop_path_rate=0.7)
    net = MultiExpertResNet(18, drop_path_rate=0.7)
    for expert in net.experts:
        for s, name in enumerate(('layer3', 'layer4')):
            for ours, theirs in zip(
                expert[s], getattr(plain, name), strict=True
            ):
                assert ours.drop_path.drop_prob == pytest.approx(
                    theirs.drop_path.drop_prob
                )


def test_shared_stages_can_be_frozen():
    net = MultiExpertResNet(18, frozen_stages=2)
    net.train()
    trained = {n for n, p in net.named_parameters() if p.requires_grad}
    assert trained == {n for n, _ in net.named_parameters() if 'experts' in n}


@pytest.mark.parametrize(
    ('settings', 'match'),
    [
        (dict(num_experts=0), '`num_experts`'),
        (
            dict(shared_stages=4),
            '`shared_stages` to be an integer from 1 to 3',
        ),
        (dict(shared_stages=0), '`shared_stages`'),
        (dict(expert_channels=(96,)), '`expert_channels` to be 2 multiples'),
        (dict(expert_channels=(0, 96)), '`expert_channels`'),
        (dict(out_indices=(2, 3)), '`out_indices`'),
        (dict(frozen_stages=3), '`frozen_stages` to be 2'),
    ],
)
def test_settings_out_of_range(settings, match):
    with pytest.raises(ValueError, match=match):
        MultiExpertResNet(18, **settings)


def test_channels_that_no_bottleneck_has():
    with pytest.raises(ValueError, match='multiples of 4'):
        MultiExpertResNet(50, expert_channels=(770, 1536))


def test_they_are_registered_under_their_names():
    for kind in (MultiExpertResNet, MultiExpertResNet10, MultiExpertResNeXt):
        assert MODELS.get(kind.__name__) is kind
