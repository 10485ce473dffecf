import numpy as np
import pytest
import torch

from mmlt.functional import adaptive_calibration_error, equal_mass_bins


def test_bins_of_single_samples_are_the_quantile_bins_of_numpy():
    """B divides N, and no two confidences are equal."""
    rng = np.random.default_rng(0)
    confidence = np.sort(rng.random(60))
    correct = rng.random(60) < confidence
    # the higher quantile is the first sample of the next bin
    edges = np.quantile(confidence, np.arange(1, 5) / 5, method='higher')
    place = np.searchsorted(edges, confidence, side='right')
    mass, mean, accuracy = equal_mass_bins(
        torch.ones(60), torch.from_numpy(confidence), torch.tensor(correct), 5
    )
    for b in range(5):
        inside = place == b
        assert mass[b].item() == pytest.approx(12, rel=1e-13)
        assert mean[b].item() == pytest.approx(confidence[inside].mean())
        assert accuracy[b].item() == pytest.approx(correct[inside].mean())


def test_cells_are_shared_out_by_a_linear_interpolation_of_their_sums():
    """Cumulative sums between the borders, by numpy.interp."""
    rng = np.random.default_rng(1)
    count = rng.integers(0, 9, 40)
    confidence = count * np.sort(rng.random(40))
    correct = rng.binomial(count, 0.6)
    mass = np.append(0, np.cumsum(count))
    borders = np.linspace(0, mass[-1], 8)

    def between(values):
        sums = np.append(0, np.cumsum(values))
        return np.diff(np.interp(borders, mass, sums)) / (mass[-1] / 7)

    got = equal_mass_bins(
        *map(torch.from_numpy, (count, confidence, correct)), 7
    )
    np.testing.assert_allclose(got[0].numpy(), mass[-1] / 7, rtol=1e-13)
    np.testing.assert_allclose(got[1].numpy(), between(confidence), rtol=1e-9)
    np.testing.assert_allclose(
        got[2].numpy(), between(correct), rtol=1e-9, atol=1e-12
    )


def test_no_sample_gives_nan():
    mass, mean, accuracy = equal_mass_bins(*torch.zeros(3, 4), 2)
    assert mass.tolist() == [0, 0]
    assert mean.isnan().all()
    assert accuracy.isnan().all()


def test_one_bin_is_the_gap_of_the_means():
    probs, labels = torch.rand(50, 3).softmax(1).double(), torch.arange(50) % 3
    p = probs.numpy()
    gap = p.max(1).mean() - (p.argmax(1) == labels.numpy()).mean()
    value = adaptive_calibration_error(probs, labels, num_bins=1)
    assert value.item() == pytest.approx(abs(gap), rel=1e-12)


@pytest.mark.parametrize('num_bins', [0, 1.5])
def test_a_number_of_bins_that_is_none_is_refused(num_bins):
    with pytest.raises(ValueError, match='`num_bins`'):
        equal_mass_bins(*torch.ones(3, 4), num_bins)
