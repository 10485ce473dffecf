import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from mmlt.models import CalibratedClsHead


def build(**kwargs):
    head = CalibratedClsHead(3, 8, **kwargs)
    head.kappa.copy_(torch.tensor([3.0, 16.0, 0.5]))
    head.mu.copy_(F.normalize(torch.randn(3, 8), dim=1))
    head.bias.copy_(torch.randn(3))
    return head


def test_logits_are_the_formula():
    x = torch.randn(7, 8)
    for normalize in (True, False):
        head = build(normalize_features=normalize)
        unit = x / x.norm(dim=1, keepdim=True) if normalize else x
        expected = unit @ head.mu.T * head.kappa + head.bias
        torch.testing.assert_close(head((x,)), expected)
        assert head.normalizes_features is normalize


def test_it_has_buffers_alone():
    head = build()
    assert list(head.parameters()) == []
    other = CalibratedClsHead(3, 8)
    other.load_state_dict(head.state_dict())
    x = torch.randn(7, 8)
    assert torch.equal(other((x,)), head((x,)))
    kappa, mu = other.vmf_parameters(torch.float64)
    assert kappa.tolist() == [3.0, 16.0, 0.5]
    torch.testing.assert_close(mu.norm(dim=1), torch.ones(3).double())


def test_it_is_registered_under_its_name():
    assert MODELS.get('CalibratedClsHead') is CalibratedClsHead
