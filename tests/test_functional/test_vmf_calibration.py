import math

import pytest
import torch

from mmlt.functional import (
    calibrated_concentration,
)
from tests.vmf_cases import f64


def test_calibration_by_hand():
    kappa, overlap = f64(4, 9, 16), f64(0.5, 0.2, 0.3)
    # rescaled: 0.5 -> 16, 0.2 -> 4, 0.3 -> 8
    expected = f64(8, 6, math.sqrt(128))
    value = calibrated_concentration(kappa, overlap, 0.5)
    torch.testing.assert_close(value, expected, rtol=1e-14, atol=0)


def test_calibration_at_both_ends():
    kappa, overlap = f64(4, 9, 16), f64(0.5, 0.2, 0.3)
    assert torch.equal(calibrated_concentration(kappa, overlap, 1), kappa)
    torch.testing.assert_close(
        calibrated_concentration(kappa, overlap, 0.0),
        f64(16, 4, 8),
        rtol=1e-14,
        atol=0,
    )


def test_calibration_of_equal_overlaps_keeps_kappa():
    kappa = f64(4, 9, 16)
    for alpha in (0, 0.5, 1):
        value = calibrated_concentration(kappa, f64(0.3, 0.3, 0.3), alpha)
        assert torch.equal(value, kappa)
    assert calibrated_concentration(f64(3), f64(1), 0.5).item() == 3


def test_derivatives_of_the_calibration():
    inputs = [f64(4, 9, 16), f64(0.5, 0.2, 0.3)]
    inputs = [x.requires_grad_() for x in inputs]
    assert torch.autograd.gradcheck(
        lambda k, o: calibrated_concentration(k, o, 0.4), inputs
    )


@pytest.mark.parametrize('alpha', [-0.1, 1.1, math.nan])
def test_errors_of_alpha(alpha):
    with pytest.raises(ValueError, match='`alpha`'):
        calibrated_concentration(f64(1, 2), f64(0.1, 0.2), alpha)


def test_errors_of_the_calibration():
    with pytest.raises(ValueError, match=r'`overlap`.*\(2, 2\)'):
        calibrated_concentration(f64(1, 2), torch.eye(2), 0.5)
    with pytest.raises(TypeError, match='`alpha`'):
        calibrated_concentration(f64(1, 2), f64(1, 2), None)
