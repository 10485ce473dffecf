"""The branch of AdaptFormer against published values and by hand."""

import numpy as np
import pytest
import torch

from mmlt.functional import adapter_branch, adapter_width
from tests.golden_cases import logits

DTYPES = [torch.float32, torch.float64]
DOWN = ((0.5, -0.25, 0.1, 0.0), (-0.2, 0.3, 0.0, 0.4))
UP = ((1.0, 0.0), (0.0, 1.0), (0.5, -0.5), (-1.0, 0.25))
BIASES = (0.1, 0.2), (0.0, 0.1, 0.0, -0.1)


def case(dtype=torch.float64):
    """D, b_D, U, b_U."""
    return [
        torch.tensor(x, dtype=dtype) for x in (DOWN, BIASES[0], UP, BIASES[1])
    ]


@pytest.mark.parametrize('dtype', DTYPES)
def test_it_is_the_value_of_the_published_code(dtype):
    """AdaptFormer of shijxcs/LIFT@1643432, models/peft_modules.py."""
    expected = [
        [1.0203764, 0.15, 0.5101882, -1.1703765],
        [0.0, 0.3628807, -0.1064404, -0.0967798],
        [0.0, 1.4857408, -0.6678703, 0.1839352],
    ]
    found = adapter_branch(logits(dtype), *case(dtype), scale=1.5)
    assert found.dtype == dtype
    torch.testing.assert_close(
        found, torch.tensor(expected, dtype=dtype), rtol=1e-5, atol=0
    )


def test_by_hand():
    x = logits().numpy()
    down, down_bias, up, up_bias = (p.numpy() for p in case())
    factor, shift = np.array([2.0, 1.0, 0.5, 3.0]), np.arange(4) / 10
    centered = x - x.mean(1, keepdims=True)
    var = (centered**2).mean(1, keepdims=True)
    normed = centered / np.sqrt(var + 1e-3) * factor + shift
    hidden = np.maximum(normed @ down.T + down_bias, 0)
    expected = 0.7 * (hidden @ up.T + up_bias)
    found = adapter_branch(
        logits(),
        *case(),
        torch.tensor([0.7]),
        torch.tensor(factor),
        torch.tensor(shift),
        eps=1e-3,
    )
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_without_a_way_up_it_adds_nothing_to_the_last_bit():
    down, down_bias, up, up_bias = case(torch.float32)
    x = logits(torch.float32)
    added = adapter_branch(x, down, down_bias, up * 0, up_bias * 0)
    assert torch.equal(x + added, x)


def test_tokens_are_independent_and_of_any_shape():
    x = torch.randn(2, 3, 4, dtype=torch.float64)
    found = adapter_branch(x, *case())
    torch.testing.assert_close(found[1, 2], adapter_branch(x[1, 2], *case()))


def test_gradcheck():
    leaves = [logits(), *case(), torch.tensor([1.5]).double()]
    for leaf in leaves:
        leaf.requires_grad_()
    assert torch.autograd.gradcheck(adapter_branch, leaves)


@pytest.mark.parametrize(
    ('num_classes', 'width'),
    [(1, 1), (10, 1), (47, 1), (48, 2), (100, 4), (365, 8)]
    + [(1000, 32), (8142, 256)],
)
def test_width_of_12_blocks_is_the_published_one(num_classes, width):
    assert adapter_width(num_classes, 12) == width


def test_width_is_the_formula_in_floating_point():
    for classes in range(1, 3000):
        for layers in (1, 2, 12, 24):
            exact = 2 ** max(0, np.floor(np.log2(classes / (2 * layers))))
            assert adapter_width(classes, layers) == exact


@pytest.mark.parametrize('arguments', [(0, 12), (100, 0), (100.5, 12)])
def test_what_is_no_number_of_classes_or_layers_is_refused(arguments):
    with pytest.raises(ValueError, match=r'num_(classes|layers)'):
        adapter_width(*arguments)
