import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.models import ParallelBackbones

BACKBONE = dict(type='CIFARResNet', depth=20)


def test_feature_maps_stand_side_by_side():
    net = ParallelBackbones(BACKBONE, num_experts=3)
    images = torch.randn(2, 3, 16, 16)
    (maps,) = net.eval()(images)
    assert maps.shape == (2, 3 * 64, 4, 4)
    for part, network in zip(maps.chunk(3, dim=1), net.networks, strict=True):
        assert torch.equal(part, network(images)[-1])


def test_each_network_has_its_own_weights():
    net = MODELS.build(
        dict(type='ParallelBackbones', backbone=BACKBONE, num_experts=2)
    )
    one, other = (n.conv1.weight for n in net.networks)
    assert not torch.equal(one, other)
    single = sum(p.numel() for p in MODELS.build(BACKBONE).parameters())
    assert sum(p.numel() for p in net.parameters()) == 2 * single


@pytest.mark.parametrize('num_experts', [0, 1.0])
def test_a_wrong_number_of_experts_is_refused(num_experts):
    with pytest.raises(ValueError, match='num_experts'):
        ParallelBackbones(BACKBONE, num_experts)
