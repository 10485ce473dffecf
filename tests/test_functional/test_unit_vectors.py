import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradcheck

from mmlt.functional import (
    causal_to_vmf,
    class_feature_consistency,
    contrastive_loss,
    cosine_to_vmf,
    directional_logits,
    linear_logits,
    unit_vectors,
)
from mmlt.functional.unit_vectors import SHORT, SHORT_FLOAT16


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize('length', [1e-9, 1e-3, 1.0, 1e6])
def test_values_are_those_of_normalize_to_the_last_bit(dtype, length):
    x = (torch.randn(50, 17) * length).to(dtype)
    x[0] = 0
    with_gradient = unit_vectors(x.clone().requires_grad_())
    assert torch.equal(unit_vectors(x), F.normalize(x, dim=1))
    assert torch.equal(with_gradient.detach(), F.normalize(x, dim=1))


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_gradients_are_those_of_normalize_to_the_last_bit(dtype):
    x = torch.randn(50, 17).to(dtype)
    x /= torch.linspace(1, 1000, 50)[:, None]
    assert x.norm(dim=1).min() > SHORT
    weight = torch.randn(50, 17).to(dtype)
    ours, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    (unit_vectors(ours) * weight).sum().backward()
    (F.normalize(theirs, dim=1) * weight).sum().backward()
    assert torch.equal(ours.grad, theirs.grad)


@pytest.mark.parametrize(
    ('dtype', 'short'),
    [
        (torch.float32, SHORT),
        (torch.float64, SHORT),
        (torch.bfloat16, SHORT),
        (torch.float16, SHORT_FLOAT16),
    ],
)
def test_gradients_are_bounded_down_to_zero(dtype, short):
    lengths = [0, 1e-45, 1e-30, 1e-20, 1e-12, 1e-7, 1e-5, 1e-4, 1e-2, 1, 1e3]
    x = torch.randn(len(lengths), 8).double()
    x = x / x.norm(dim=1, keepdim=True) * torch.tensor(lengths)[:, None]
    x = x.to(dtype).requires_grad_()
    unit = unit_vectors(x, dtype=torch.promote_types(dtype, torch.float32))
    weight = F.normalize(torch.randn(len(lengths), 8), dim=1)
    (unit * weight).sum().backward()
    size = x.grad.double().norm(dim=1)
    assert size.isfinite().all()
    assert size.max() <= 1.01 / short
    assert (size[x.detach().abs().amax(1) == 0] == 0).all()


def test_a_vector_of_zeros_stays_zero_in_every_dtype():
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        assert (unit_vectors(torch.zeros(2, 3, dtype=dtype)) == 0).all()


def test_gradcheck_away_from_zero():
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(unit_vectors, (x,))
    assert gradcheck(lambda x: unit_vectors(x, dim=0), (x,))


def test_computes_in_the_dtype_asked_for():
    x = torch.randn(4, 8).bfloat16()
    got = unit_vectors(x, dtype=torch.float64)
    assert got.dtype == torch.float64
    assert torch.equal(got, F.normalize(x.double(), dim=1))
    assert unit_vectors(x).dtype == torch.bfloat16


def zero_and_another(dtype, size=8):
    x = torch.randn(2, size)
    x[0] = 0
    return x.to(dtype).requires_grad_()


DIRECTIONS = F.normalize(torch.arange(24.0).view(3, 8).cos(), dim=1)
LOSSES = {
    'directional_logits': lambda x: F.cross_entropy(
        directional_logits(x, torch.full((3,), 4.0), DIRECTIONS),
        torch.tensor([0, 1]),
    ),
    'linear_logits': lambda x: linear_logits(
        x, DIRECTIONS.to(x.dtype), torch.zeros(3).to(x.dtype), normalize=True
    ).sum(),
    'class_feature_consistency': lambda x: class_feature_consistency(
        torch.full((3,), 16.0), DIRECTIONS, x, torch.tensor([0, 1])
    ),
    'contrastive_loss': lambda x: contrastive_loss(
        x, DIRECTIONS[:2], DIRECTIONS
    ).sum(),
    'cosine_to_vmf': lambda x: cosine_to_vmf(x)[1].sum(),
    'causal_to_vmf': lambda x: causal_to_vmf(x)[1].sum(),
}


@pytest.mark.parametrize('name', LOSSES)
@pytest.mark.parametrize('dtype', [torch.float32, torch.float16])
def test_whatever_normalizes_has_an_ordinary_gradient_at_zero(name, dtype):
    x = zero_and_another(dtype)
    LOSSES[name](x).backward()
    assert x.grad.isfinite().all()
    assert x.grad[0].abs().max() <= 1
    assert x.grad[1].abs().max() > 0


def test_opposite_features_of_a_class_cancel_without_an_explosion():
    x = torch.randn(1, 8)
    x = torch.cat([x, -x]).requires_grad_()
    labels = torch.tensor([1, 1])
    kappa = torch.full((3,), 16.0)
    class_feature_consistency(kappa, DIRECTIONS, x, labels).backward()
    assert x.grad.abs().max() < 1e3


def test_compiled_it_is_the_same():
    # the eager backend: the graph is what is tested, not a C compiler
    x = zero_and_another(torch.float32)
    y = x.detach().clone().requires_grad_()
    compiled = torch.compile(unit_vectors, backend='eager', fullgraph=True)
    weight = torch.randn(2, 8)
    (compiled(x) * weight).sum().backward()
    (unit_vectors(y) * weight).sum().backward()
    assert torch.equal(x.grad, y.grad)


def test_nothing_is_added_where_no_gradient_is_asked_for():
    from torch.fx.experimental.proxy_tensor import make_fx

    x = torch.randn(2, 8)
    ours = make_fx(lambda x: unit_vectors(x))(x)
    theirs = make_fx(lambda x: F.normalize(x, dim=1))(x)
    assert [n.target for n in ours.graph.nodes if n.op != 'placeholder'] == [
        n.target for n in theirs.graph.nodes if n.op != 'placeholder'
    ]


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_has_neither_nan_nor_a_lost_vector(dtype):
    x = torch.zeros(2, 8, dtype=dtype)
    x[1] = 60_000  # its length is no float16
    x.requires_grad_()
    unit = unit_vectors(x)
    torch.testing.assert_close(unit[1].detach(), torch.full_like(x[1], 0.3536))
    (unit * 1000).float().sum().backward()  # 1000 / 6e-5 is none either
    assert (x.grad[0] == 0).all()
    assert x.grad.isfinite().all()
