import pytest
import torch

from mmlt.functional import ascent_steps, sharpness_weights
from tests.golden_cases import COUNTS


class TestWeights:
    def test_they_are_those_of_the_published_code(self):
        """``coefficients`` of train_step.py in Focal-SAM@86c13c6."""
        found = sharpness_weights(COUNTS, 0.8, 3.2)
        assert found.dtype == torch.float64
        expected = [0.0046386, 0.4579138, 0.7209267, 0.7796996]
        assert found.tolist() == pytest.approx(expected, rel=1e-5)

    def test_shares_serve_as_counts(self):
        shares = [n / sum(COUNTS) for n in COUNTS]
        torch.testing.assert_close(
            sharpness_weights(shares), sharpness_weights(COUNTS)
        )

    def test_power_zero_treats_all_alike(self):
        assert sharpness_weights(COUNTS, 0.5, 0).tolist() == [0.5] * 4

    def test_strength_zero_leaves_all_out(self):
        assert sharpness_weights(COUNTS, 0).tolist() == [0] * 4

    def test_a_class_with_nearly_all_images(self):
        found = sharpness_weights([10**12, 1], 1.0, 1.0)
        assert found[0].item() == pytest.approx(1e-12, rel=1e-9)

    @pytest.mark.parametrize(
        ('settings', 'message'),
        [
            (dict(strength=-1), '`strength`.*got -1'),
            (dict(power=-1), '`power`.*got -1'),
        ],
    )
    def test_what_is_out_of_range_is_refused(self, settings, message):
        with pytest.raises(ValueError, match=message):
            sharpness_weights(COUNTS, **settings)


class TestSteps:
    def test_they_are_along_the_gradient_and_of_the_length(self):
        gradients = [torch.randn(3, 4), None, torch.randn(5)]
        steps = ascent_steps(gradients, 0.3)
        assert steps[1] is None
        step, gradient = (
            torch.cat([t.flatten() for t in (s[0], s[2])])
            for s in (steps, gradients)
        )
        assert step.norm().item() == pytest.approx(0.3, rel=1e-6)
        torch.testing.assert_close(step, 0.3 * gradient / gradient.norm())

    @pytest.mark.parametrize('size', [1e-30, 1e-44, 1e30])
    def test_of_tiny_and_huge_gradients(self, size):
        """Their squares are 0 or infinite in float32."""
        steps = ascent_steps([torch.tensor([3.0, 4.0]) * size], 1.0)
        expected = torch.tensor([0.6, 0.8])
        rtol = 1e-6 if size > 1e-40 else 0.1  # few bits are left there
        torch.testing.assert_close(steps[0], expected, rtol=rtol, atol=0)

    def test_where_nothing_rises_they_are_zero(self):
        steps = ascent_steps([torch.zeros(2), None], 0.5)
        assert steps[0].tolist() == [0, 0]
        assert ascent_steps([None], 0.5) == [None]

    def test_a_gradient_that_is_not_finite_stays_so(self):
        (step,) = ascent_steps([torch.tensor([1.0, float('nan')])], 0.5)
        assert step.isnan().any()

    def test_each_keeps_its_dtype(self):
        gradients = [
            torch.ones(2, dtype=d) for d in (torch.float64, torch.half)
        ]
        steps = ascent_steps(gradients, 1.0)
        assert [s.dtype for s in steps] == [torch.float64, torch.half]
        assert steps[0].tolist() == pytest.approx([0.5, 0.5])
