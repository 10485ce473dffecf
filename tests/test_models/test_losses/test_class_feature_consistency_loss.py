import mpmath
import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from mmlt.models import ClassFeatureConsistencyLoss


def classes():
    kappa = torch.tensor([3.0, 16, 17, 30], dtype=torch.float64)
    mu = F.normalize(torch.randn(4, 8, dtype=torch.float64), dim=1)
    features = torch.randn(5, 8, dtype=torch.float64)
    return kappa, mu, features, torch.tensor([0, 2, 2, 0, 3])


def test_it_is_the_formula_times_the_weight():
    kappa, mu, features, labels = classes()
    terms = []
    for c in (0, 2, 3):
        mean = F.normalize(features[labels == c], dim=1).sum(0)
        cosine = (mu[c] @ mean / mean.norm()).item()
        with mpmath.workdps(30):
            k = kappa[c].item()
            a = mpmath.besseli(4, k) / mpmath.besseli(3, k)
            terms.append(float(1 - 1 / (1 + a * k * (1 - cosine))))
    loss = ClassFeatureConsistencyLoss()(kappa, mu, features, labels)
    assert loss.item() == pytest.approx(0.2 * sum(terms) / 3, rel=1e-12)


def test_the_weight_falls_polynomially():
    loss = ClassFeatureConsistencyLoss(loss_weight=1)
    inputs = classes()
    full = loss(*inputs)
    loss.set_progress(10, 20)
    assert loss(*inputs).item() == pytest.approx(
        full.item() * 0.5**0.9, rel=1e-12
    )


def test_gradient_reaches_kappa_direction_and_features():
    kappa, mu, features, labels = classes()
    tensors = [t.requires_grad_() for t in (kappa, mu, features)]
    loss = ClassFeatureConsistencyLoss(loss_weight=1)
    grads = torch.autograd.grad(loss(*tensors, labels), tensors)
    assert all(grad.any() for grad in grads)
    assert not grads[1][1].any()  # class 1 is not in the batch


def test_mixed_labels_are_refused():
    kappa, mu, features, _ = classes()
    with pytest.raises(TypeError, match='Mixed labels'):
        ClassFeatureConsistencyLoss()(kappa, mu, features, torch.rand(5, 4))


def test_it_is_registered_under_its_name():
    kind = MODELS.get('ClassFeatureConsistencyLoss')
    assert kind is ClassFeatureConsistencyLoss
