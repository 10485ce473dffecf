"""Expected values are worked out here with numpy, from the formulas."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.functional import linear_logits
from mmlt.models import head_bias, head_to_linear, head_to_vmf, logit_bias

RNG = np.random.default_rng(0)
KAPPA = torch.tensor(RNG.uniform(4, 32, 5))
MU = F.normalize(torch.tensor(RNG.normal(size=(5, 7))), dim=1)
OFFSET = torch.tensor(RNG.normal(size=5))
X = torch.tensor(RNG.normal(size=(6, 7)))
HEADS = {
    'linear': dict(type='LinearClsHead'),
    'cosine': dict(type='CosineClsHead', scale=20),
    'balanced cosine': dict(
        type='CosineClsHead', balanced=True, test_prior='train'
    ),
    'vmf': dict(type='VMFClsHead', init_kappa_std=2.0),
    'vmf, prior': dict(type='VMFClsHead', test_prior=[1, 2, 3, 4, 5]),
    'tau-norm': dict(type='TauNormClsHead', tau=0.7),
    'causal': dict(type='CausalClsHead', scale=16),
    'calibrated': dict(type='CalibratedClsHead'),
}


@pytest.mark.parametrize('settings', HEADS.values(), ids=HEADS)
def test_every_head_has_the_logits_of_its_linear_classifier(settings):
    torch.manual_seed(0)
    head = MODELS.build(dict(num_classes=5, in_channels=7, **settings))
    if hasattr(head, 'set_class_counts'):
        head.set_class_counts([50, 30, 20, 10, 5])
    if hasattr(head, 'mu'):
        head.kappa.copy_(KAPPA)
        head.mu.copy_(MU)
        head.bias.copy_(OFFSET)
    head.double().eval()
    weight, bias, normalize = head_to_linear(head)
    assert weight.shape == (5, 7)
    assert bias.shape == (5,)
    assert normalize == getattr(head, 'normalizes_features', False)
    got = linear_logits(X, weight, bias, normalize)
    torch.testing.assert_close(got, head((X,)), rtol=1e-12, atol=1e-12)


def test_a_layer_without_bias():
    weight, bias, normalize = head_to_linear(nn.Linear(3, 2, False).eval())
    assert weight.shape == (2, 3)
    assert not bias.any()
    assert not normalize


def test_training_mode_and_unknown_heads_are_refused():
    head = MODELS.build(dict(type='VMFClsHead', num_classes=5, in_channels=7))
    with pytest.raises(RuntimeError, match=r'Call `eval\(\)` first'):
        head_to_linear(head)
    with pytest.raises(TypeError, match='got Identity, which is not known'):
        head_to_linear(nn.Identity().eval())


def test_a_torch_linear_layer_is_read():
    linear = nn.Linear(5, 4)
    kappa, mu = head_to_vmf(linear, torch.float64)
    assert kappa.dtype == mu.dtype == torch.float64
    torch.testing.assert_close(
        kappa[:, None] * mu, linear.weight.double(), rtol=1e-12, atol=0
    )


def test_a_head_that_cannot_be_read_is_refused():
    with pytest.raises(TypeError, match='but got ReLU.*vmf_parameters'):
        head_to_vmf(nn.ReLU())


class Squared(LinearClsHead):
    """A subclass that scores in another way than its layer."""

    def forward(self, feats):
        return super().forward(feats).square()


def test_a_subclass_that_scores_otherwise_is_refused():
    head = Squared(5, 7).eval()
    with pytest.raises(TypeError, match='but got Squared'):
        head_to_vmf(head)
    with pytest.raises(TypeError, match='but got Squared'):
        head_to_linear(head)


def test_the_linear_head_of_mmpretrain_is_read_as_its_weights():
    head = LinearClsHead(5, 7).double().eval()
    kappa, mu = head_to_vmf(head)
    weight = head.fc.weight.detach().numpy()
    length = np.sqrt((weight**2).sum(1))
    np.testing.assert_allclose(kappa.detach().numpy(), length, rtol=1e-14)
    np.testing.assert_allclose(
        mu.detach().numpy(), weight / length[:, None], rtol=1e-13
    )
    assert torch.equal(head_bias(head), head.fc.bias)


@pytest.mark.parametrize('settings', HEADS.values(), ids=HEADS)
def test_bias_is_what_the_logits_have_at_a_feature_of_zeros(settings):
    head = MODELS.build(dict(num_classes=5, in_channels=7, **settings))
    if hasattr(head, 'set_class_counts'):
        head.set_class_counts([50, 30, 20, 10, 5])
    if hasattr(head, 'mu'):
        head.bias.copy_(OFFSET)
    head.double().eval()
    at_zero = head((torch.zeros(1, 7, dtype=torch.float64),))[0]
    bias = logit_bias(head)
    if bias is None:
        bias = torch.zeros(5, dtype=torch.float64)
    torch.testing.assert_close(bias, at_zero.detach(), rtol=1e-14, atol=0)


def test_no_bias_counts_where_the_features_are_normalized():
    settings = dict(HEADS['vmf, prior'], num_classes=5, in_channels=7)
    head = MODELS.build(settings)
    head.set_class_counts([50, 30, 20, 10, 5])
    assert logit_bias(head.eval()).any()
    assert head_bias(head) is None
    with pytest.raises(TypeError, match='but got ReLU'):
        head_bias(nn.ReLU())
