import math

import pytest
import torch
from scipy import stats
from torch import Generator

from mmlt.functional import beta_weights, mix_batch
from mmlt.functional.mixup import select_rows


def seeded(seed=0):
    return Generator().manual_seed(seed)


@pytest.mark.parametrize('alpha', [0.01, 0.2, 1.0, 4.0])
def test_weights_are_scipys_beta_distribution(alpha):
    weights = beta_weights(alpha, 20000, seeded())
    cdf = stats.beta(alpha, alpha).cdf
    # 1.95 / sqrt(n): passed by 99.9 % of the seeds; this one is fixed
    bound = 1.95 / math.sqrt(20000)
    if alpha == 0.01:  # a third of the draws is within 1e-16 of 1
        inner = weights[(weights > 1e-9) & (weights < 1 - 1e-9)].numpy()
        low, high = cdf([1e-9, 1 - 1e-9])
        share = len(inner) / 20000
        assert share == pytest.approx(high - low, abs=bound)
        return
    assert stats.kstest(weights.numpy(), cdf).statistic < bound
    assert ((weights >= 0) & (weights <= 1)).all()


def test_weights_are_those_of_torchs_own_beta_distribution():
    torch.manual_seed(3)
    alpha = torch.full((5,), 0.7, dtype=torch.float64)
    expected = torch.distributions.Beta(alpha, alpha).sample()
    assert torch.equal(beta_weights(0.7, 5, seeded(3)), expected)


def test_the_generator_alone_decides():
    first = beta_weights(1.0, 4, seeded())
    torch.manual_seed(99)
    assert torch.equal(beta_weights(1.0, 4, seeded()), first)
    assert not torch.equal(beta_weights(1.0, 4, seeded(1)), first)


@pytest.mark.parametrize('alpha', [0, -1.0, 0.005, math.inf, math.nan])
def test_refuses_an_alpha_that_cannot_be_drawn_from(alpha):
    with pytest.raises(ValueError, match='`alpha` to be a finite number'):
        beta_weights(alpha, 2, seeded())


def test_mixture_is_the_formula():
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    index = torch.tensor([2, 0, 1, 3])
    weight = torch.tensor([0.25, 1.0, 0.0, 0.7], dtype=torch.float64)
    out = mix_batch(x, index, weight)
    for i in range(4):
        w = weight[i].item()
        expected = w * x[i] + (1 - w) * x[index[i]]
        # a rounding or two of the larger term: the sum may be near zero
        atol = 3e-16 * x.abs().max().item()
        torch.testing.assert_close(out[i], expected, rtol=0, atol=atol)
    one = mix_batch(x, index, 0.25)
    assert torch.equal(one, mix_batch(x, index, torch.tensor([0.25])))


def test_convention_the_weight_belongs_to_the_sample_itself():
    x = torch.randn(3, 5)
    index = torch.tensor([1, 2, 0])
    assert torch.equal(mix_batch(x, index, 1.0), x)
    assert torch.equal(mix_batch(x, index, 0.0), x[index])


@pytest.mark.parametrize(
    'layout', [torch.contiguous_format, torch.channels_last]
)
def test_memory_format_is_kept(layout):
    x = torch.randn(4, 3, 5, 6)
    index = torch.tensor([2, 0, 1, 3])
    weight = torch.rand(4)
    given = x.contiguous(memory_format=layout)
    out = mix_batch(given, index, weight)
    assert torch.equal(out, mix_batch(x, index, weight))
    assert out.is_contiguous(memory_format=layout)
    assert torch.equal(select_rows(given, index[:2]), x[index[:2]])


def test_a_batch_of_one_stays():
    x = torch.randn(1, 5, dtype=torch.float64)
    out = mix_batch(x, torch.tensor([0]), 0.25)
    assert torch.equal(out, x)


def test_gradient_reaches_both_partners():
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    index = torch.tensor([2, 2, 0])
    weight = torch.tensor([0.1, 0.5, 0.8], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda v: mix_batch(v, index, weight), x)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_rounded_once(dtype):
    x = torch.randn(64, 8).to(dtype)
    index = torch.arange(64).flip(0)
    weight = torch.rand(64)
    out = mix_batch(x, index, weight)
    assert out.dtype == dtype
    exact = mix_batch(x.double(), index, weight.double())
    # half a unit in the last place of the result, and float32's own error
    unit = torch.finfo(dtype).eps
    torch.testing.assert_close(
        out.double(), exact, rtol=unit / 2 + 1e-6, atol=1e-6
    )


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_dtype_is_kept(dtype):
    x = torch.randn(2, 3, dtype=dtype)
    weight = torch.tensor([0.3], dtype=torch.float64)
    assert mix_batch(x, torch.tensor([1, 0]), weight).dtype == dtype


def test_refuses_images_that_are_not_normalized():
    x = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    with pytest.raises(TypeError, match='got torch.uint8. Mix after'):
        mix_batch(x, torch.tensor([1, 0]), 0.5)
