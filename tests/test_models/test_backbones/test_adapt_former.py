"""A frozen transformer with branches: every kind, files, processes."""

import copy

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.runner.checkpoint import load_state_dict
from mmpretrain.registry import MODELS

from mmlt.functional import adapter_branch
from mmlt.models import AdaptFormer
from mmlt.weights import load_weights
from tests.test_distributed.processes import in_processes, needs_gloo

ARCH = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
PARENTS = dict(arch=ARCH, img_size=16, patch_size=8)
VIT = dict(type='VisionTransformer', **PARENTS)
KINDS = {
    'vit': VIT,
    'clip': dict(
        VIT, pre_norm=True, layer_cfgs=dict(act_cfg=dict(type='QuickGELU'))
    ),
    'deit': dict(PARENTS, type='DistilledVisionTransformer'),
    'deit3': dict(PARENTS, type='DeiT3'),
    'beit': dict(PARENTS, type='BEiTViT'),
    'eva02': dict(PARENTS, type='ViTEVA02'),
    'sam': dict(
        PARENTS,
        type='ViTSAM',
        arch=dict(ARCH, global_attn_indexes=[1]),
        window_size=2,
    ),
}
TIMM = {
    'timm vit': dict(model_name='vit_tiny_patch16_224', img_size=16),
    'timm deit': dict(model_name='deit_tiny_patch16_224', img_size=16),
    'timm beit': dict(model_name='beit_base_patch16_224', img_size=16),
    'timm eva': dict(model_name='eva02_tiny_patch14_224', img_size=14),
}
KINDS |= {
    name: dict(type='TIMMBackbone', depth=2, **settings)
    for name, settings in TIMM.items()
}


def build(kind='vit', **settings):
    torch.manual_seed(0)
    module = copy.deepcopy(KINDS[kind])
    settings = settings or dict(width=4)
    return MODELS.build(dict(type='AdaptFormer', module=module, **settings))


def images(kind='vit', num=2):
    size = KINDS[kind]['img_size']
    generator = torch.Generator().manual_seed(num)
    return torch.randn(num, 3, size, size, generator=generator)


def feature(network, x):
    found = network(x)[-1]
    return found[-1] if isinstance(found, list | tuple) else found


def randomized(network):
    """Branches that add something."""
    for p in network.adapters.parameters():
        torch.nn.init.normal_(p, std=0.3)
    return network


@pytest.mark.parametrize('kind', KINDS)
def test_at_first_it_is_the_bare_network_bit_for_bit(kind):
    if kind in TIMM:
        pytest.importorskip('timm')
    net = build(kind).eval()
    bare = copy.deepcopy(net.module)
    for block in bare.modules():  # hooks were copied with it
        block._forward_hooks.clear()
        block._forward_pre_hooks.clear()
    assert len(net.adapters) == 2
    x = images(kind)
    assert torch.equal(feature(net, x), feature(bare, x))
    other = feature(randomized(net), x)
    assert not torch.allclose(other, feature(bare, x))


@pytest.mark.parametrize('kind', KINDS)
def test_the_branches_alone_are_trained_and_all_of_them(kind):
    if kind in TIMM:
        pytest.importorskip('timm')
    net = randomized(build(kind)).train()
    feature(net, images(kind)).square().sum().backward()
    for name, parameter in net.named_parameters():
        trained = name.startswith('adapters.')
        assert parameter.requires_grad == trained
        assert (parameter.grad is not None) == trained, name


@pytest.mark.parametrize('kind', ['vit', 'deit3'])
def test_a_block_is_the_formula(kind):
    """x' = x + MLP(LN(x)) + a(x), x after the attention."""
    net = randomized(build(kind)).eval()
    block, branch = net.module.layers[1], net.adapters[1]
    x = torch.randn(2, 5, 32)
    middle = x + block.attn(block.ln1(x))
    norm = block.ln1 if kind == 'deit3' else block.ln2
    expected = block.ffn(norm(middle), identity=middle) + adapter_branch(
        middle,
        branch.down.weight,
        branch.down.bias,
        branch.up.weight,
        branch.up.bias,
        branch.scale,
        branch.norm.weight,
        branch.norm.bias,
    )
    torch.testing.assert_close(block(x), expected)


def test_the_start_is_the_published_one():
    """Kaiming-normal with a = sqrt(5): a deviation of 1 / sqrt(3 D)."""
    net = build(width=4096)
    branch = net.adapters[0]
    std = branch.down.weight.std().item()
    assert std == pytest.approx((3 * 32) ** -0.5, rel=0.02)
    assert branch.scale.item() == 1
    for zero in (branch.up.weight, branch.up.bias, branch.down.bias):
        assert not zero.any()


def test_the_width_follows_the_number_of_classes():
    assert build(num_classes=100).width == 16  # 2 blocks
    assert build(width=3).width == 3


@pytest.mark.parametrize('load', ['torch', 'mmengine', 'mmlt'])
def test_a_checkpoint_of_the_bare_network_is_taken(load):
    torch.manual_seed(5)
    bare = MODELS.build(copy.deepcopy(VIT))
    net = build()
    own = {k: v.clone() for k, v in net.adapters.state_dict().items()}
    state = {f'backbone.{k}': v for k, v in bare.state_dict().items()}
    model = torch.nn.ModuleDict(dict(backbone=net))
    if load == 'torch':
        missing, unexpected = model.load_state_dict(state, strict=False)
        assert not unexpected
        assert all(name.startswith('backbone.adapters.') for name in missing)
    elif load == 'mmengine':
        load_state_dict(model, state)
    else:
        with pytest.raises(ValueError, match=r'missing: backbone.adapters'):
            load_weights(model, state, 'file')
    for name, value in net.module.state_dict().items():
        assert torch.equal(value, bare.state_dict()[name])
    for name, value in net.adapters.state_dict().items():
        assert torch.equal(value, own[name])


def test_its_own_checkpoint_is_whole():
    net = randomized(build())
    other = build()
    other.load_state_dict(net.state_dict())
    assert torch.equal(feature(net, images()), feature(other, images()))


@pytest.fixture
def weights(tmp_path):
    """Checkpoint of a bare network."""
    torch.manual_seed(5)
    bare = MODELS.build(copy.deepcopy(VIT))
    torch.save({'state_dict': bare.state_dict()}, tmp_path / 'vit.pth')
    return str(tmp_path / 'vit.pth')


def small(weights):
    init = dict(type='Pretrained', checkpoint=weights)
    return AdaptFormer(dict(VIT, init_cfg=init), width=4, save_frozen=False)


def test_a_small_checkpoint_holds_the_branches_alone(weights):
    net = randomized(small(weights))
    state = net.state_dict()
    assert all(name.startswith('adapters.') for name in state)
    other = small(weights)
    other.load_state_dict(state)
    load_weights(small(weights), state, 'file', strict=True)
    other.init_weights()  # a runner calls it; the network stays
    assert torch.equal(feature(net, images()), feature(other, images()))
    whole = build()  # where the rest cannot be found it is asked for
    with pytest.raises(ValueError, match=r'missing: module\.'):
        load_weights(whole, state, 'file')


def test_a_small_checkpoint_needs_a_place_for_the_rest():
    with pytest.raises(ValueError, match=r'name its weights.*Pretrained'):
        AdaptFormer(copy.deepcopy(VIT), width=4, save_frozen=False)


def test_pretrained_weights_are_read_by_init_weights(weights):
    init = dict(type='Pretrained', checkpoint=weights)
    net = AdaptFormer(dict(VIT, init_cfg=init), width=4)
    net.init_weights()
    bare = torch.load(weights)['state_dict']
    for name, value in net.module.state_dict().items():
        assert torch.equal(value, bare[name])


def test_a_copy_has_branches_of_its_own():
    """As EMAHook copies the network."""
    net = build().eval()
    twin = randomized(copy.deepcopy(net))
    assert not torch.equal(feature(twin, images()), feature(net, images()))
    bare = build().eval()
    assert torch.equal(feature(net, images()), feature(bare, images()))


def test_a_network_without_known_blocks_is_refused():
    with pytest.raises(ValueError, match=r'CIFARResNet has none.*LoRAModel'):
        AdaptFormer(dict(type='CIFARResNet', depth=20), width=4)


@pytest.mark.parametrize(
    'settings', [{}, dict(width=2, num_classes=10), dict(width=0)]
)
def test_a_width_is_needed_once(settings):
    with pytest.raises(ValueError, match='width'):
        AdaptFormer(copy.deepcopy(VIT), **settings)


def test_autocast_gives_branches_of_low_precision():
    net = randomized(build())
    with torch.autocast('cpu', torch.bfloat16):
        found = feature(net, images())
    expected = feature(net, images())
    error = (found.float() - expected).norm() / expected.norm()
    assert error < 0.05


def steps(net, num, optimizer, first=0):
    for step in range(first, first + num):
        optimizer.zero_grad()
        feature(net, images(num=2 + step)).square().sum().backward()
        optimizer.step()


def sgd(net):
    wrapper = build_optim_wrapper(
        net,
        dict(
            constructor='TrainedWeightsConstructor',
            optimizer=dict(type='SGD', lr=1e-3, momentum=0.9),
        ),
    )
    return wrapper.optimizer


def test_training_resumes_to_the_last_bit():
    whole = build()
    optimizer = sgd(whole)
    steps(whole, 2, optimizer)
    kept = copy.deepcopy((whole.state_dict(), optimizer.state_dict()))
    steps(whole, 2, optimizer, 2)
    resumed = build()
    resumed.load_state_dict(kept[0])
    optimizer = sgd(resumed)
    optimizer.load_state_dict(kept[1])
    steps(resumed, 2, optimizer, 2)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    assert resumed.adapters[0].up.weight.any()


def work(world_size: int):
    """Three steps on this process's part of the batch."""
    rank = torch.distributed.get_rank() if world_size > 1 else 0
    net = build().double()
    wrapped = net
    if world_size > 1:
        wrapped = torch.nn.parallel.DistributedDataParallel(net)
    optimizer = sgd(wrapped)
    own = slice(rank * 4 // world_size, (rank + 1) * 4 // world_size)
    for _ in range(3):
        optimizer.zero_grad()
        x = images(num=4).double()[own]
        feature(wrapped, x).square().mean().backward()
        optimizer.step()
    return net.state_dict()


@needs_gloo
def test_two_processes_are_one():
    (alone,) = in_processes(1, work, 1)
    for state in in_processes(2, work, 2):
        for name, value in alone.items():
            torch.testing.assert_close(state[name], value)
