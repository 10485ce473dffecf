import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import multiclass_calibration_error

from mmlt.functional import (
    adaptive_calibration_error,
    calibration_bins,
    calibration_error,
)


def random_probs(n, c, seed=0):
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(n, c, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, c, (n,), generator=generator)
    return logits.softmax(1), labels


@pytest.mark.parametrize('norm', ['l1', 'max'])
@pytest.mark.parametrize('bins', [1, 10, 15, 37])
@pytest.mark.parametrize(('n', 'c'), [(1, 2), (500, 3), (2000, 100)])
def test_equals_torchmetrics(norm, bins, n, c):
    probs, labels = random_probs(n, c)
    ours = calibration_error(probs, labels, bins, norm)
    theirs = multiclass_calibration_error(
        probs, labels, num_classes=c, n_bins=bins, norm=norm
    )
    torch.testing.assert_close(ours, theirs.double(), rtol=1e-6, atol=0)


def test_equals_the_definition_in_numpy():
    probs, labels = random_probs(3000, 10, seed=1)
    confidence = probs.max(1).values.numpy()
    correct = (probs.argmax(1) == labels).numpy()
    ece, gaps = 0.0, []
    for b in range(15):
        inside = (confidence > b / 15) & (confidence <= (b + 1) / 15)
        if inside.any():
            gap = abs(confidence[inside].mean() - correct[inside].mean())
            ece += inside.mean() * gap
            gaps.append(gap)
    assert calibration_error(probs, labels).item() == pytest.approx(
        ece, rel=1e-12
    )
    worst = calibration_error(probs, labels, norm='max').item()
    assert worst == pytest.approx(max(gaps), rel=1e-12)


def test_convention_bins_are_closed_on_the_right():
    confidence = torch.tensor([0.0, 0.1, 0.2, 0.2000001, 1.0])
    correct = torch.ones(5, dtype=torch.bool)
    count, _, _ = calibration_bins(confidence, correct, num_bins=5)
    assert count.tolist() == [3, 1, 0, 0, 1]


def test_convention_an_edge_is_taken_in_the_dtype_of_the_confidence():
    for dtype in (torch.float32, torch.float64):
        edge = torch.arange(1, 16).double().div(15).to(dtype)
        correct = torch.ones(15, dtype=torch.bool)
        assert calibration_bins(edge, correct)[0].tolist() == [1] * 15


def test_perfect_predictions_have_no_error():
    probs = torch.eye(4, dtype=torch.float64)
    assert calibration_error(probs, torch.arange(4)) == 0


def test_confident_wrong_predictions_have_error_one():
    probs = torch.eye(4, dtype=torch.float64)
    labels = torch.tensor([1, 2, 3, 0])
    assert calibration_error(probs, labels) == 1


def test_uniform_predictions_on_balanced_labels_are_calibrated():
    probs = torch.full((40, 4), 0.25)
    assert calibration_error(probs, torch.arange(40) % 4) == 0


def test_float32_is_summed_in_float64():
    probs, labels = random_probs(20000, 5, seed=2)
    exact = calibration_error(probs.float().double(), labels)
    assert calibration_error(probs.float(), labels).dtype == torch.float64
    # a confidence on the other side of a float32 edge would show as 1/N
    torch.testing.assert_close(
        calibration_error(probs.float(), labels), exact, rtol=1e-12, atol=0
    )


def test_bins_of_equal_mass_are_a_sort_into_equal_parts():
    """In numpy, without ties and with N a multiple of B."""
    rng = np.random.default_rng(0)
    confidence = rng.permutation(300) / 300
    correct = rng.random(300) < confidence
    count, mean, accuracy = calibration_bins(
        torch.from_numpy(confidence), torch.from_numpy(correct), 15,
        binning='equal_mass',
    )  # fmt: skip
    order = confidence.argsort().reshape(15, 20)
    assert count.tolist() == [20] * 15
    np.testing.assert_allclose(mean, confidence[order].mean(1), rtol=1e-12)
    np.testing.assert_allclose(accuracy, correct[order].mean(1), atol=1e-12)


def test_equal_mass_is_the_adaptive_error():
    probs, labels = random_probs(400, 5)
    got = calibration_error(probs, labels, binning='equal_mass')
    assert got == adaptive_calibration_error(probs, labels)
    largest = calibration_error(
        probs, labels, norm='max', binning='equal_mass'
    )
    assert largest > got


def test_weights_of_equal_mass_are_repeated_samples():
    confidence = torch.rand(90).double()
    correct = torch.rand(90) < confidence
    times = torch.arange(90) % 3
    rows = torch.arange(90).repeat_interleave(times)
    weighted = calibration_bins(
        confidence, correct, 10, 'equal_mass', times.double()
    )
    repeated = calibration_bins(
        confidence[rows], correct[rows], 10, 'equal_mass'
    )
    for a, b in zip(weighted, repeated, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


def test_bins_hold_every_sample_once():
    confidence = torch.rand(1000)
    correct = torch.rand(1000) < confidence
    count, mean, accuracy = calibration_bins(confidence, correct, 7)
    assert count.sum() == 1000
    np.testing.assert_allclose(
        (count * mean).sum(), confidence.double().sum(), rtol=1e-12
    )
    np.testing.assert_allclose(
        (count * accuracy).sum(), correct.sum(), rtol=1e-12
    )


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(num_bins=0), 'num_bins'),
        (dict(norm='l3'), "'l1', 'max'"),
        (dict(binning='equal'), 'binning'),
    ],
)
def test_refuses_bad_settings(kwargs, match):
    probs, labels = random_probs(5, 3)
    with pytest.raises(ValueError, match=match):
        calibration_error(probs, labels, **kwargs)


def test_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r'\(5,\)'):
        calibration_error(torch.rand(5), torch.zeros(5, dtype=torch.long))
    with pytest.raises(ValueError, match='`confidence` to hold at least one'):
        calibration_error(torch.rand(0, 3), torch.zeros(0, dtype=torch.long))
