import pytest
import torch
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmlt.models import LWSClsHead


def pair():
    linear = LinearClsHead(3, 8).double()
    head = LWSClsHead(3, 8).double()
    missing, extra = head.load_state_dict(linear.state_dict(), strict=False)
    assert missing == ['scale']
    assert not extra
    return linear, head


def features():
    return (torch.randn(7, 8, dtype=torch.float64),)


def test_it_begins_as_the_linear_head_it_was_loaded_from():
    linear, head = pair()
    feats = features()
    assert torch.equal(head(feats), linear(feats))
    assert head.scale.tolist() == [1, 1, 1]


def test_the_bias_is_scaled_too():
    linear, head = pair()
    scale = torch.tensor([0.5, 2.0, -3.0], dtype=torch.float64)
    with torch.no_grad():
        head.scale.copy_(scale)
    feats = features()
    w, b = linear.fc.weight, linear.fc.bias
    expected = torch.stack(
        [s * (feats[0] @ w[c] + b[c]) for c, s in enumerate(scale)], dim=1
    )
    torch.testing.assert_close(head(feats), expected, rtol=1e-12, atol=1e-15)


def test_gradient_of_the_scale():
    linear, head = pair()
    feats = features()
    upstream = torch.randn(7, 3, dtype=torch.float64)
    head(feats).backward(upstream)
    expected = (upstream * linear(feats)).sum(0)
    torch.testing.assert_close(head.scale.grad, expected, rtol=1e-12, atol=0)


def test_its_loss_is_the_parents_on_scaled_logits():
    _, head = pair()
    feats = features()
    labels = torch.arange(7) % 3
    samples = [DataSample().set_gt_label(int(c)) for c in labels]
    expected = torch.nn.functional.cross_entropy(head(feats), labels)
    torch.testing.assert_close(head.loss(feats, samples)['loss'], expected)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_dtype_is_kept(dtype):
    head = LWSClsHead(3, 8).to(dtype)
    assert head((torch.randn(2, 8, dtype=dtype),)).dtype == dtype


def test_it_is_registered_and_built():
    head = MODELS.build(dict(type='LWSClsHead', num_classes=3, in_channels=8))
    assert type(head) is LWSClsHead
    with pytest.raises(ValueError, match='num_classes'):
        LWSClsHead(0, 8)
