"""The loss of RIDE against the published code.

``RIDELoss`` of frank-xwang/RIDE-LongTailRecognition at commit ab8be5c,
model/loss.py lines 124 to 247, executed in float32 on CPU with the inputs of
``tests/golden_cases.py``.
"""

import math

import pytest
import scipy.special
import torch

from mmlt.functional import (
    class_balanced_weights,
    diversity_temperatures,
    expert_diversity,
    ldam_loss,
    ldam_margins,
)
from tests.golden_cases import COUNTS, LABELS, experts


def test_temperatures_are_those_of_the_published_code():
    found = diversity_temperatures(COUNTS)
    assert found.dtype == torch.float64
    expected = [1, 0.8846847, 0.8616216, 0.8572973]
    assert found.tolist() == pytest.approx(expected, rel=1e-5)


def test_margins_and_weights_are_those_of_the_published_code():
    margins = ldam_margins(COUNTS)
    weights = class_balanced_weights(COUNTS, 0.9999)
    expected = [0.1581139, 0.2364354, 0.3535534, 0.5]
    assert margins.tolist() == pytest.approx(expected, rel=1e-5)
    expected = [0.0312802, 0.1533191, 0.7635380, 3.0518627]
    assert weights.tolist() == pytest.approx(expected, rel=1e-5)


def published_loss(factor, reweighted):
    """Sum over the experts; without diversity each has the mean logits."""
    z = experts()
    margins = 30 * ldam_margins(COUNTS)
    weights = torch.ones(3, dtype=torch.float64)
    temperatures = None
    if reweighted:
        weights = class_balanced_weights(COUNTS, 0.9999)[LABELS]
        temperatures = diversity_temperatures(COUNTS)
    total = 0
    for scores in z if factor else z.mean(0).expand_as(z):
        losses = ldam_loss(scores, LABELS, margins, scale=1.0)
        total += (losses * weights).sum() / weights.sum()
    return total + factor * expert_diversity(z, temperatures).mean()


@pytest.mark.parametrize(
    ('factor', 'reweighted', 'expected'),
    [
        (-0.45, False, 27.3828468),
        (-0.45, True, 44.2452545),
        (-0.2, False, 27.4494972),
        (-0.2, True, 44.3102722),
        (0, False, 27.2513390),
        (0, True, 44.1702385),
    ],
)
def test_loss_is_that_of_the_published_code(factor, reweighted, expected):
    found = published_loss(factor, reweighted).item()
    assert found == pytest.approx(expected, rel=1e-5)


def test_diversity_is_the_divergence_of_scipy():
    z, temperatures = experts(), diversity_temperatures(COUNTS)
    p = [scipy.special.softmax((x / temperatures).numpy(), axis=1) for x in z]
    mean = scipy.special.softmax((z.mean(0) / temperatures).numpy(), axis=1)
    expected = sum(scipy.special.rel_entr(mean, x).sum(1) for x in p)
    expected = torch.tensor(expected) * temperatures.mean() ** 2
    torch.testing.assert_close(
        expert_diversity(z, temperatures), expected, rtol=1e-12, atol=0
    )


def test_experts_that_agree_and_one_expert_have_none():
    z = experts()
    assert expert_diversity(z[:1]).abs().max() < 1e-15
    assert expert_diversity(z[:1].repeat(3, 1, 1)).abs().max() < 1e-15
    assert (expert_diversity(z) > 0).all()


def test_what_all_logits_have_in_common_does_not_count():
    z = experts()
    shift = torch.randn(3, 3, 1, dtype=torch.float64)
    torch.testing.assert_close(
        expert_diversity(z + shift), expert_diversity(z), rtol=1e-11, atol=0
    )


def test_temperature_one_is_none():
    z = experts()
    found = expert_diversity(z, torch.ones(4))
    assert torch.equal(found, expert_diversity(z))
    assert diversity_temperatures(COUNTS, spread=0).tolist() == [1] * 4
    assert diversity_temperatures([7] * 5).tolist() == [1] * 5


def test_the_mean_prediction_is_a_constant():
    """The gradient is T (p_k - p_bar), as if p_bar were a label."""
    z = experts().requires_grad_()
    temperatures = diversity_temperatures(COUNTS)
    expert_diversity(z, temperatures).sum().backward()
    p = (z / temperatures).softmax(2) - (z.mean(0) / temperatures).softmax(1)
    expected = temperatures.mean() ** 2 * p / temperatures
    torch.testing.assert_close(z.grad, expected, rtol=1e-12, atol=1e-15)


def test_gradients_of_the_distance_from_a_fixed_mean():
    """Moved by the same amount apart, two experts keep their mean."""
    z = experts()

    def spread_out(step):
        moved = torch.stack([z[0] + step, z[1] - step])
        return expert_diversity(moved)

    step = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(spread_out, step)


def test_large_logits_and_half_precision():
    z = 1e4 * experts(torch.float32)
    z.requires_grad_()
    value = expert_diversity(z)
    value.sum().backward()
    assert value.isfinite().all()
    assert z.grad.isfinite().all()
    assert expert_diversity(experts(torch.bfloat16)).dtype == torch.float32


def test_what_is_refused():
    with pytest.raises(ValueError, match='class 1 has 0'):
        diversity_temperatures([3, 0])
    for spread in (-0.1, 1, math.nan):
        with pytest.raises(ValueError, match='`spread` to be a number in'):
            diversity_temperatures(COUNTS, spread)
    with pytest.raises(ValueError, match='one number per class'):
        expert_diversity(experts(), torch.ones(3))
