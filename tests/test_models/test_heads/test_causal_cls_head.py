import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS

from mmlt.models import CausalClsHead


@pytest.mark.parametrize('gamma', [1 / 16, 1 / 32])
@pytest.mark.parametrize('scale', [1, 16])
def test_logits_of_a_trained_linear_head(gamma, scale):
    linear = LinearClsHead(num_classes=3, in_channels=8).double()
    head = CausalClsHead(3, 8, gamma=gamma, scale=scale).double()
    head.load_state_dict(linear.state_dict())  # strict: all keys fit
    x, w = torch.randn(7, 8, dtype=torch.float64), linear.fc.weight
    expected = torch.stack(
        [scale * (x @ v) / x.norm(dim=1) / (v.norm() + gamma) for v in w], 1
    )
    torch.testing.assert_close(head((x,)), expected, rtol=1e-12, atol=1e-15)


def test_it_is_read_as_the_appendix_does():
    head = CausalClsHead(3, 8).double()
    kappa, mu = head.vmf_parameters()
    norm = head.fc.weight.norm(dim=1)
    torch.testing.assert_close(
        kappa, norm / (norm + 1 / 16), rtol=1e-12, atol=0
    )
    torch.testing.assert_close(mu, F.normalize(head.fc.weight, dim=1))
    assert (kappa < 1).all()  # and is not cut at 1


def test_it_trains_at_scale_16():
    head = CausalClsHead(3, 8, scale=16).double()
    x, y = torch.eye(3, 8).double(), torch.arange(3)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    for _ in range(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(head((x,)), y)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match='`gamma` to be a finite number > 0'):
        CausalClsHead(3, 8, gamma=0)
    with pytest.raises(ValueError, match='`scale` to be a finite number > 0'):
        CausalClsHead(3, 8, scale=0)


def test_it_is_registered_under_its_name():
    assert MODELS.get('CausalClsHead') is CausalClsHead
    assert CausalClsHead.normalizes_features
