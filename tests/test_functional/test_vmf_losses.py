import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    calibrated_concentration,
    class_feature_consistency,
    inter_class_discrepancy,
    overlap_row_means,
    vmf_mean_resultant,
    vmf_overlap,
)
from tests.vmf_cases import classes, f64


def test_discrepancy_is_the_mean_without_the_diagonal():
    kappa, mu = classes(12, 9)
    overlap = vmf_overlap(kappa, mu)
    expected = (overlap.sum() - 12) / 12**2
    value = inter_class_discrepancy(kappa, mu)
    assert value.item() == pytest.approx(expected.item(), rel=1e-14)


# --- class-feature consistency ---


def consistency_by_loops(kappa, mu, features, labels):
    terms = []
    for c in range(len(kappa)):
        members = features[labels == c]
        if len(members):
            mean = F.normalize(F.normalize(members, dim=1).sum(0), dim=0)
            a = vmf_mean_resultant(mu.shape[1], kappa[c])
            terms.append(1 - 1 / (1 + a * kappa[c] * (1 - mu[c] @ mean)))
    return torch.stack(terms).mean()


def test_consistency_against_a_loop_over_classes():
    kappa, mu = classes(12, 6)
    features = torch.randn(
        20, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    )
    labels = torch.tensor([0, 1, 10, 11, 2, 0, 1, 1, 5, 5] * 2)
    value = class_feature_consistency(kappa, mu, features, labels)
    expected = consistency_by_loops(kappa, mu, features, labels)
    assert value.item() == pytest.approx(expected.item(), rel=1e-14)


def test_consistency_of_features_on_their_class_is_zero():
    kappa, mu = classes(4, 6)
    labels = torch.tensor([2, 0, 2])
    value = class_feature_consistency(kappa, mu, 3 * mu[labels], labels)
    assert 0 <= value.item() < 1e-28


def test_consistency_of_an_empty_batch_is_zero():
    kappa, mu = classes(4, 6)
    features = torch.zeros(0, 6, dtype=torch.float64, requires_grad=True)
    labels = torch.zeros(0, dtype=torch.long)
    value = class_feature_consistency(kappa, mu, features, labels)
    value.backward()
    assert value.item() == 0


def test_consistency_of_one_sample():
    kappa, mu = f64(5.0), f64(1.0, 0.0)[None]
    value = class_feature_consistency(
        kappa, mu, f64(0.0, 2.0)[None], torch.tensor([0])
    )
    kl = 5 * vmf_mean_resultant(2, kappa).item()
    assert value.item() == pytest.approx(kl / (1 + kl), rel=1e-14)


def test_consistency_of_blank_features():
    """They have no direction: A kappa (1 - mu.m) is that of m = 0."""
    kappa, mu = classes(3, 5)
    features = torch.zeros(2, 5, dtype=torch.float64)
    labels = torch.tensor([1, 1])
    divergence = vmf_mean_resultant(5, kappa[1]) * kappa[1]
    value = class_feature_consistency(kappa, mu, features, labels)
    torch.testing.assert_close(
        value, divergence / (1 + divergence), rtol=1e-12, atol=0
    )


def test_derivatives_of_the_consistency():
    kappa, mu = classes(4, 3)
    features = torch.randn(
        6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2)
    )
    labels = torch.tensor([0, 3, 3, 1, 0, 0])
    inputs = [x.requires_grad_() for x in (kappa, mu, features)]

    def on_sphere(kappa, weight, features):
        mu = F.normalize(weight, dim=1)
        return class_feature_consistency(kappa, mu, features, labels)

    assert torch.autograd.gradcheck(on_sphere, inputs)
    assert torch.autograd.gradgradcheck(on_sphere, inputs, fast_mode=True)


def test_autocast_leaves_the_consistency_alone():
    kappa, mu = classes(8, 64, dtype=torch.float32)
    labels = torch.arange(8)
    features = mu.roll(1, 0)
    expected = class_feature_consistency(kappa, mu, features, labels)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        value = class_feature_consistency(kappa, mu, features, labels)
    assert torch.equal(value, expected)


def test_errors_of_the_consistency():
    kappa, mu = classes(3, 4)
    labels = torch.tensor([0, 1])
    with pytest.raises(TypeError, match='`labels`.*float32'):
        class_feature_consistency(kappa, mu, mu[:2], labels.float())
    with pytest.raises(ValueError, match=r'`features`.*\(N, 4\)'):
        class_feature_consistency(kappa, mu, mu, labels)


# --- the published code ---


def test_losses_and_calibration_are_those_of_the_published_code():
    """Executed on CPU in float64; mpmath computes the Bessel functions there.

    D is even: for odd D its order is too small by a half. Losses and overlaps:
    https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/utils_multi_K_vMF.py#L73-L109
    Calibration with alpha 0.5:
    https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/classification/models/multi_k_vmf_classifier.py#L36-L41
    """
    kappa = f64(20, 16, 12, 8)
    weight = torch.arange(4 * 16, dtype=torch.float64).sin().reshape(4, 16)
    mu = F.normalize(weight, dim=1)
    features = torch.arange(6 * 16, dtype=torch.float64).cos().reshape(6, 16)
    labels = torch.tensor([0, 0, 1, 3, 3, 3])
    icd = inter_class_discrepancy(kappa, mu)
    assert icd.item() == pytest.approx(0.11741740048208932, rel=1e-12)
    cfc = class_feature_consistency(kappa, mu, features, labels)
    assert cfc.item() == pytest.approx(0.6109410130029075, rel=1e-12)
    rows = overlap_row_means(kappa, mu)
    expected = f64(
        0.36861505041459236,
        0.37203216549425555,
        0.3605565412713796,
        0.3684658447481287,
    )
    torch.testing.assert_close(rows, expected, rtol=1e-12, atol=0)
    calibrated = calibrated_concentration(kappa, rows, 0.5)
    expected = f64(
        18.125529345039453,
        17.88854381999832,
        9.797958971132713,
        11.409019982396345,
    )
    torch.testing.assert_close(calibrated, expected, rtol=1e-12, atol=0)
