import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    class_feature_consistency,
    inter_class_discrepancy,
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
