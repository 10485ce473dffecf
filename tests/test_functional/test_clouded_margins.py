"""GCL against the published code.

``GCLLoss`` of Keke921/GCLLoss at commit c2a6233, losses.py, executed in
float32 on CPU with the noise given here in the place of the drawn one.
"""

import math

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    cloud_amplitudes,
    cloud_noise,
    gaussian_clouded_loss,
)
from tests.golden_cases import COUNTS, LABELS

COSINES = [[0.6, 0.1, -0.2, 0.05], [0, 0.5, 0.2, -0.1], [-0.3, 0.1, 0.2, 0.4]]
# before the clamp and the absolute value
NOISE = [
    [0.1, -0.2, 0.3, 0.25],
    [-0.05, 0.15, 0.4, -0.1],
    [0.2, 0.3, -0.35, 0.5],
]
DTYPES = [torch.float32, torch.float64]


def inputs(scale, dtype=torch.float64):
    cosines = torch.tensor(COSINES, dtype=dtype)
    noise = torch.tensor(NOISE, dtype=dtype).clamp(-1, 1).abs()
    return scale * cosines, LABELS, cloud_amplitudes(COUNTS), noise


@pytest.mark.parametrize('dtype', DTYPES)
@pytest.mark.parametrize(
    ('scale', 'margin', 'expected'), [(30, 0, 0.0496250), (20, 0.1, 0.4363769)]
)
def test_it_is_the_value_of_the_published_code(scale, margin, expected, dtype):
    losses = gaussian_clouded_loss(
        *inputs(scale, dtype), strength=0.5 * scale, margin=margin * scale
    )
    assert losses.shape == (3,)
    assert losses.dtype == dtype
    assert losses.mean().item() == pytest.approx(expected, rel=1e-5)


def test_by_hand():
    logits, labels, _, noise = inputs(20)
    losses = gaussian_clouded_loss(
        *inputs(20), strength=8.0, margin=1.5, focus=2.0
    )
    for i, label in enumerate(labels.tolist()):
        lowered = [
            logits[i, c].item()
            - 8.0 * noise[i, c].item() * math.log(500 / n) / math.log(100)
            - 1.5 * (c == label)
            for c, n in enumerate(COUNTS)
        ]
        p = math.exp(lowered[label]) / sum(map(math.exp, lowered))
        expected = -((1 - p) ** 2) * math.log(p)
        assert losses[i].item() == pytest.approx(expected, rel=1e-12)


class TestAmplitudes:
    def test_from_the_largest_to_the_smallest(self):
        found = cloud_amplitudes(COUNTS)
        assert found.dtype == torch.float64
        expected = [math.log(500 / n) / math.log(100) for n in COUNTS]
        torch.testing.assert_close(
            found, torch.tensor(expected, dtype=torch.float64)
        )
        assert found[0] == 0
        assert found[-1] == 1

    def test_shares_of_a_class_serve_as_counts(self):
        shares = [n / sum(COUNTS) for n in COUNTS]
        torch.testing.assert_close(
            cloud_amplitudes(shares), cloud_amplitudes(COUNTS)
        )

    def test_classes_of_one_size_have_no_noise(self):
        assert cloud_amplitudes([7, 7, 7]).tolist() == [0, 0, 0]

    def test_a_class_without_images_is_refused(self):
        with pytest.raises(ValueError, match='above 0, but got 0'):
            cloud_amplitudes([3, 0])


class TestNoise:
    def test_its_moments(self):
        noise = cloud_noise((1000, 1000), torch.Generator().manual_seed(1))
        assert noise.dtype == torch.float32
        assert noise.min() >= 0
        assert noise.max() == 1
        # half-normal with the tail beyond 3 sigma cut off: E|x| and E x^2
        tail = math.erfc(3 / math.sqrt(2))
        density = math.exp(-4.5) * math.sqrt(2 / math.pi)
        mean = (math.sqrt(2 / math.pi) - density) / 3 + tail
        square = (1 - tail - 3 * density) / 9 + tail
        assert noise.mean().item() == pytest.approx(mean, abs=1e-3)
        assert noise.square().mean().item() == pytest.approx(square, abs=1e-3)
        share = (noise == 1).double().mean().item()
        assert share == pytest.approx(tail, abs=3e-4)

    def test_a_generator_makes_it_repeatable(self):
        first, second = (
            cloud_noise((5, 3), torch.Generator().manual_seed(4))
            for _ in range(2)
        )
        assert torch.equal(first, second)

    def test_without_one_it_is_that_of_torch(self):
        torch.manual_seed(4)
        first = cloud_noise((5, 3))
        torch.manual_seed(4)
        assert torch.equal(first, cloud_noise((5, 3)))


class TestLimits:
    def test_without_noise_and_margin_it_is_cross_entropy(self):
        logits, labels, amplitudes, noise = inputs(30)
        plain = F.cross_entropy(logits, labels, reduction='none')
        for args in (
            (amplitudes, noise, 0.0),
            (amplitudes, 0 * noise, 15.0),
            (0 * amplitudes, noise, 15.0),
        ):
            torch.testing.assert_close(
                gaussian_clouded_loss(logits, labels, *args), plain
            )

    def test_the_focus_leaves_a_wrong_image_as_it_is(self):
        logits = torch.tensor([[0.0, 200.0], [200.0, 0.0]])
        args = logits, torch.tensor([0, 0]), [0.0, 1.0], torch.zeros(2, 2)
        losses = gaussian_clouded_loss(*args, focus=1.0)
        assert losses.tolist() == [200.0, 0.0]


def test_gradcheck():
    logits, labels, amplitudes, noise = inputs(5)
    logits.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: gaussian_clouded_loss(
            z, labels, amplitudes, noise, 3.0, margin=1.0
        ),
        logits,
    )


def test_the_factor_of_the_focus_has_no_gradient():
    logits, labels, amplitudes, noise = inputs(5)
    logits.requires_grad_()
    args = logits, labels, amplitudes, noise, 3.0, 1.0
    plain = gaussian_clouded_loss(*args)
    focused = gaussian_clouded_loss(*args, focus=1.0)
    factor = (focused / plain).detach()
    (expected,) = torch.autograd.grad((factor * plain).sum(), logits)
    (found,) = torch.autograd.grad(focused.sum(), logits)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_half_precision_is_computed_in_float32():
    logits, labels, amplitudes, noise = inputs(30, torch.bfloat16)
    losses = gaussian_clouded_loss(logits, labels, amplitudes, noise)
    assert losses.dtype == torch.float32


def test_amplitudes_of_other_classes_are_refused():
    logits, labels, _, noise = inputs(30)
    with pytest.raises(ValueError, match=r'one number per class.*\(2,\)'):
        gaussian_clouded_loss(logits, labels, [0.0, 1.0], noise)
