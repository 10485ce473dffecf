import torch

from mmlt.functional import (
    mean_overlaps,
    overlap_row_means,
    vmf_overlap,
)
from tests.vmf_cases import classes


def test_float32_sums_are_good_to_their_dtype():
    kappa, mu = classes(300, 64)
    for scale in (0.05, 1.0, 20.0):
        exact = overlap_row_means(kappa * scale, mu)
        single = overlap_row_means((kappa * scale).float(), mu.float())
        assert single.dtype == torch.float32
        torch.testing.assert_close(single.double(), exact, rtol=5e-7, atol=0)


def test_calibration_of_nearly_equal_overlaps_is_not_noise():
    """Converted classifiers: the spread of the overlap is some 1e-4."""
    kappa, mu = classes(100, 2048)
    kappa = 0.5 + kappa / 20
    exact = overlap_row_means(kappa, mu)
    single = overlap_row_means(kappa.float(), mu.float()).double()
    spread = exact.max() - exact.min()
    assert 1e-4 < spread < 1e-2
    assert (single - exact).abs().max() < 1e-3 * spread


def test_mean_overlaps_against_the_matrix():
    kappa, mu = classes(4, 5)
    overlap = vmf_overlap(kappa, mu)
    torch.testing.assert_close(
        mean_overlaps(kappa, mu, True), overlap.mean(1), rtol=1e-12, atol=0
    )
    others = (overlap.sum(1) - 1) / 3
    torch.testing.assert_close(
        mean_overlaps(kappa, mu, False), others, rtol=1e-12, atol=0
    )
    assert torch.equal(
        mean_overlaps(kappa, mu, True), overlap_row_means(kappa, mu)
    )
    assert mean_overlaps(kappa[:1], mu[:1], False).isnan().all()


def test_convention_row_means_count_the_diagonal():
    kappa, mu = classes(5, 4)
    torch.testing.assert_close(
        overlap_row_means(kappa, mu), vmf_overlap(kappa, mu).mean(1)
    )
