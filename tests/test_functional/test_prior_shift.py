import numpy as np
import pytest
import torch

from mmlt.functional import (
    estimate_prior,
    long_tailed_prior,
    long_tailed_priors,
    rows_for_prior,
    shift_prior,
    total_variation,
    weighted_numbers,
    weights_for_prior,
)

COUNTS = torch.tensor([50, 500, 5])


def test_forward_follows_the_training_counts_and_backward_reverses_them():
    forward = long_tailed_prior(COUNTS, 100)
    assert forward.sum().item() == pytest.approx(1)
    # ranks by training images: class 1, 0, 2
    ratio = forward / forward[2]
    assert ratio.tolist() == pytest.approx([10, 100, 1])
    backward = long_tailed_prior(COUNTS, 100, 'backward')
    assert backward.tolist() == pytest.approx(forward[[0, 2, 1]].tolist())
    uniform = long_tailed_prior(COUNTS, 100, 'uniform')
    assert uniform.tolist() == pytest.approx([1 / 3] * 3)
    assert long_tailed_prior(COUNTS, 1).tolist() == pytest.approx([1 / 3] * 3)


def test_more_than_ten_classes_keep_their_order():
    prior = long_tailed_prior(torch.arange(12, 0, -1), 50)
    assert (prior.diff() < 0).all()
    assert (prior[0] / prior[-1]).item() == pytest.approx(50)


def test_weights_give_the_frequencies():
    labels = torch.tensor([0, 0, 0, 0, 1, 2, 2])
    prior = torch.tensor([0.2, 0.5, 0.3])
    weights = weights_for_prior(labels, prior)
    got = torch.zeros(3).double().index_add(0, labels, weights)
    assert got.tolist() == pytest.approx(prior.tolist())
    # a class without a sample drops out
    weights = weights_for_prior(torch.tensor([0, 1]), prior)
    assert weights.tolist() == pytest.approx([2 / 7, 5 / 7])


def gaussians(prior, n, seed=0):
    """Log posterior under the uniform prior, and labels drawn from one."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, n, p=prior)
    centers = np.array([[0, 0], [2, 0], [0, 2.0]])
    x = centers[labels] + rng.normal(size=(n, 2))
    log_density = -((x[:, None] - centers) ** 2).sum(2) / 2
    return torch.from_numpy(log_density), torch.from_numpy(labels)


def test_labels_may_be_bytes():
    """Torch takes them for a mask: here of as many labels as classes."""
    labels = torch.tensor([1, 0, 1])
    prior = torch.tensor([0.5, 0.3, 0.2])
    expected = weights_for_prior(labels, prior)
    found = weights_for_prior(labels.to(torch.uint8), prior)
    assert torch.equal(found, expected)


def test_a_known_prior_gives_the_bayes_posterior():
    """Bayes, written out with densities."""
    log_density, _ = gaussians([0.5, 0.3, 0.2], 50)
    source, target = torch.tensor([6.0, 3, 1]), torch.tensor([0.1, 0.2, 0.7])
    at_source = (log_density + source.log()).log_softmax(1)
    got = shift_prior(at_source, source, target).exp()
    joint = log_density.exp() * target
    torch.testing.assert_close(got, joint / joint.sum(1, keepdim=True))


def test_the_estimated_prior_is_that_of_the_sample():
    true = [0.7, 0.25, 0.05]
    log_density, _ = gaussians(true, 20000)
    source = torch.tensor([1.0, 2, 3])
    at_source = (log_density + source.log()).log_softmax(1)
    got = estimate_prior(at_source, source)
    assert got.tolist() == pytest.approx(true, abs=0.015)


def test_the_estimate_maximizes_the_likelihood_in_numpy():
    log_density, _ = gaussians([0.6, 0.3, 0.1], 400)
    got = estimate_prior(log_density, torch.ones(3)).numpy()
    # likelihood ratios to the source: posterior / source
    ratio = log_density.softmax(1).numpy() * 3

    def likelihood(prior):
        return np.log(ratio @ prior).mean()

    rng = np.random.default_rng(0)
    for other in rng.dirichlet(np.ones(3), 500):
        near = 0.95 * got + 0.05 * other
        assert likelihood(near) <= likelihood(got) + 1e-12


def test_weighted_samples_are_repeated_samples():
    log_density, _ = gaussians([0.4, 0.4, 0.2], 60)
    twice = torch.cat([torch.arange(60), torch.arange(20)])
    weights = torch.ones(60).double()
    weights[:20] = 2
    a = estimate_prior(log_density, torch.ones(3), weights / weights.sum())
    b = estimate_prior(log_density[twice], torch.ones(3))
    torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-7)


def test_certain_predictions_are_counted():
    labels = torch.tensor([0, 0, 0, 1, 2])
    logits = 1e3 * torch.eye(3).double()[labels]
    got = estimate_prior(logits, torch.tensor([0.5, 0.3, 0.2]))
    assert got.tolist() == pytest.approx([0.6, 0.2, 0.2], abs=1e-6)


def test_the_family_goes_from_forward_by_uniform_to_backward():
    priors = long_tailed_priors(COUNTS, [2, 50])
    assert list(priors) == [
        *('forward-50', 'forward-2', 'uniform', 'backward-2', 'backward-50')
    ]
    for name, prior in priors.items():
        direction, _, ratio = name.partition('-')
        expected = long_tailed_prior(COUNTS, float(ratio or 1), direction)
        assert torch.equal(prior, expected)


def test_a_subset_has_the_frequencies():
    labels = torch.arange(3).repeat(100)
    prior = long_tailed_prior(torch.tensor([9, 5, 1]), 100)
    rows = rows_for_prior(labels, prior, 0)
    assert labels[rows].bincount().tolist() == [100, 10, 1]
    assert torch.equal(rows, rows_for_prior(labels, prior, 0))
    assert len(rows.unique()) == 111


@pytest.mark.parametrize('ratio', [2, 5, 10, 25, 50])
def test_a_subset_has_the_images_of_the_published_construction(ratio):
    """Class k of C has int(n_max ratio^(-k / (C - 1))) images."""
    labels = torch.arange(10).repeat_interleave(1000)
    prior = long_tailed_prior(torch.arange(10, 0, -1), ratio)
    got = labels[rows_for_prior(labels, prior, 1)].bincount()
    expected = [int(1000 * (1 / ratio) ** (k / 9.0)) for k in range(10)]
    assert got.tolist() == expected


def test_a_rare_class_keeps_an_image():
    labels = torch.tensor([0] * 50 + [1] * 3)
    prior = torch.tensor([0.99, 0.01])
    assert labels[rows_for_prior(labels, prior, 0)].bincount().tolist() == [
        *(50, 1)
    ]


def test_weighted_numbers_are_those_of_repeated_samples():
    """By sklearn and torchmetrics, a weight of k being k samples."""
    from sklearn.metrics import accuracy_score, log_loss
    from torchmetrics.classification import MulticlassCalibrationError

    log_density, labels = gaussians([0.4, 0.4, 0.2], 60)
    log_probs = log_density.log_softmax(1)
    times = torch.arange(60) % 4
    got = weighted_numbers(log_probs, labels, times / times.sum().double())
    rows = torch.arange(60).repeat_interleave(times)
    probs, y = log_probs[rows].exp(), labels[rows]
    accuracy = accuracy_score(y, probs.argmax(1))
    nll = log_loss(y, probs.numpy(), labels=[0, 1, 2])
    ece = MulticlassCalibrationError(num_classes=3, n_bins=15)(probs, y)
    assert got['accuracy'] == pytest.approx(accuracy, rel=1e-12)
    assert got['nll'] == pytest.approx(nll, rel=1e-12)
    assert got['ece'] == pytest.approx(ece.item(), rel=1e-5)


def test_total_variation_is_half_the_distance_of_scipy():
    from scipy.spatial.distance import cityblock

    p, q = torch.rand(2, 7, dtype=torch.float64).softmax(1)
    got = total_variation(p, q).item()
    assert got == pytest.approx(cityblock(p, q) / 2, rel=1e-12)
    assert total_variation(p, p) == 0
    one, other = torch.eye(2).double()
    assert total_variation(one, other) == 1


def test_refuses_what_is_no_distribution():
    with pytest.raises(ValueError, match='ratio'):
        long_tailed_prior(COUNTS, 0.02)
    with pytest.raises(ValueError, match="'backward'"):
        long_tailed_prior(COUNTS, 2, 'reverse')
    with pytest.raises(ValueError, match='got none'):
        estimate_prior(torch.ones(0, 3), torch.ones(3))


def test_convention_probability_zero_is_the_smallest_normal_number():
    """As ``probability 0 of the label`` of docs/metrics.md."""
    log_probs = torch.tensor([[0.0, -float('inf')], [0.5, 0.5]]).double()
    log_probs[1] = log_probs[1].log()
    labels, weights = torch.tensor([1, 0]), torch.tensor([0.25, 0.75]).double()
    numbers = weighted_numbers(log_probs, labels, weights)
    least = np.finfo(np.float64).tiny
    expected = -0.25 * np.log(least) - 0.75 * np.log(0.5)
    assert numbers['nll'] == pytest.approx(expected, rel=1e-12)


def test_numbers_of_float32_are_those_of_float64():
    log_probs = torch.tensor([[0.9, 0.1], [0.6, 0.4]]).log()
    labels = torch.tensor([0, 1])
    weights = weights_for_prior(labels, torch.tensor([0.75, 0.25]))
    expected = weighted_numbers(log_probs.double(), labels, weights)
    ours = weighted_numbers(log_probs, labels, weights.float())
    assert ours == pytest.approx(expected, rel=1e-6)
    assert weighted_numbers(log_probs, labels, weights) == pytest.approx(
        expected, rel=1e-6
    )
