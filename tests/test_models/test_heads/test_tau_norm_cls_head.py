import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS

from mmlt.models import TauNormClsHead


def pair(**kwargs):
    linear = LinearClsHead(num_classes=3, in_channels=8).double()
    with torch.no_grad():
        linear.fc.weight *= torch.tensor([[50.0], [5.0], [300.0]])
        linear.fc.bias += torch.tensor([1.0, 2.0, 3.0])
    head = TauNormClsHead(3, 8, **kwargs).double()
    head.load_state_dict(linear.state_dict())  # strict: all keys fit
    return linear, head


def features():
    return (torch.randn(7, 8, dtype=torch.float64),)


@pytest.mark.parametrize('tau', [0, 0.3, 0.7, 1, 1.5])
def test_logits_of_a_trained_linear_head(tau):
    linear, head = pair(tau=tau)
    feats = features()
    w = linear.fc.weight
    scaled = torch.stack([v / v.norm() ** tau for v in w])
    torch.testing.assert_close(
        head(feats), feats[0] @ scaled.T, rtol=1e-12, atol=1e-15
    )


def test_tau_zero_is_the_linear_head_without_its_bias():
    linear, head = pair(tau=0)
    feats = features()
    torch.testing.assert_close(
        head(feats) + linear.fc.bias, linear(feats), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize('tau', [0, 0.7, 1])
def test_the_bias_can_be_kept_as_the_published_code_does(tau):
    linear, head = pair(tau=tau, bias=True)
    feats = features()
    w, b = linear.fc.weight, linear.fc.bias
    scaled = torch.stack([v / v.norm() ** tau for v in w])
    torch.testing.assert_close(
        head(feats), feats[0] @ scaled.T + b, rtol=1e-12, atol=1e-15
    )
    assert head.state_dict().keys() == linear.state_dict().keys()
    assert 'fc.bias' not in pair()[1].state_dict()


def test_normalized_features_change_the_scale_alone():
    _, raw = pair()
    _, normed = pair(normalize_features=True)
    normed.load_state_dict(raw.state_dict())
    feats = features()
    length = feats[0].norm(dim=1, keepdim=True)
    torch.testing.assert_close(normed(feats) * length, raw(feats))
    assert torch.equal(normed(feats).argmax(1), raw(feats).argmax(1))
    assert normed.normalizes_features
    assert not raw.normalizes_features


def test_it_is_read_as_the_appendix_does():
    linear, head = pair(tau=0.7)
    kappa, mu = head.vmf_parameters()
    norm = linear.fc.weight.norm(dim=1)
    torch.testing.assert_close(kappa, norm**0.3, rtol=1e-12, atol=0)
    torch.testing.assert_close(mu, F.normalize(linear.fc.weight, dim=1))


def test_it_trains():
    head = TauNormClsHead(3, 8).double()
    x, y = torch.eye(3, 8).double(), torch.arange(3)
    optimizer = torch.optim.SGD(head.parameters(), lr=1.0)
    for _ in range(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(head((x,)), y)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.5


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match='`tau`.*got -0.1'):
        TauNormClsHead(3, 8, tau=-0.1)
    with pytest.raises(ValueError, match='`in_channels` of TauNormClsHead'):
        TauNormClsHead(3, 1)


def test_it_is_registered_under_its_name():
    assert MODELS.get('TauNormClsHead') is TauNormClsHead
