import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from torch import nn

from mmlt.functional import vmf_bias, vmf_overlap
from mmlt.models import (
    CalibratedClsHead,
    CausalClsHead,
    CosineClsHead,
    TauNormClsHead,
    VMFClsHead,
)
from mmlt.posthoc.overlap import (
    calibrate,
    choose_alpha,
    read_classifier,
)

HEADS = {
    'linear': lambda: LinearClsHead(num_classes=5, in_channels=8),
    'linear_layer': lambda: nn.Linear(8, 5),
    'cosine': lambda: CosineClsHead(5, 8),
    'balanced_cosine': lambda: CosineClsHead(
        5, 8, balanced=True, test_prior=[1, 2, 3, 4, 5]
    ),
    'tau': lambda: TauNormClsHead(5, 8),
    'tau_normalized': lambda: TauNormClsHead(5, 8, normalize_features=True),
    'causal': lambda: CausalClsHead(5, 8, scale=16),
    'vmf': lambda: VMFClsHead(5, 8, init_kappa_std=2),
    'vmf_prior': lambda: VMFClsHead(
        5, 8, init_kappa_std=2, test_prior=[1, 2, 3, 4, 5]
    ),
}


@pytest.fixture(params=HEADS)
def head(request):
    head = HEADS[request.param]()
    layer = getattr(head, 'fc', head)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(5, 8) * torch.rand(5, 1) * 4)
    return head.double().eval()


def scores(head, x):
    return head(x) if isinstance(head, nn.Linear) else head((x,))


def equal_up_to_a_shift(a, b):
    torch.testing.assert_close(
        a - a.mean(1, keepdim=True),
        b - b.mean(1, keepdim=True),
        rtol=1e-10,
        atol=1e-12,
    )


def test_a_head_is_read_as_it_scores(head):
    x = torch.randn(9, 8, dtype=torch.float64)
    classifier = read_classifier(head)
    equal_up_to_a_shift(classifier.logits(x), scores(head, x))


@pytest.mark.parametrize('bias_at', ['calibrated', 'published'])
def test_alpha_one_changes_nothing(head, bias_at):
    x = torch.randn(9, 8, dtype=torch.float64)
    new = calibrate(read_classifier(head), 1.0, bias_at)
    equal_up_to_a_shift(new.logits(x), scores(head, x))


@pytest.mark.parametrize('alpha', [0.0, 0.3, 0.7])
def test_the_formula_step_by_step(head, alpha):
    old = read_classifier(head)
    overlap = vmf_overlap(old.kappa, old.mu).numpy()
    kappa = old.kappa.numpy()
    with_self = overlap.mean(1)
    without = (overlap.sum(1) - 1) / 4
    new = calibrate(old, alpha)
    for op in (with_self, without):  # the diagonal makes no difference
        if np.ptp(kappa) == 0:
            expected = kappa
        else:
            moved = (op - op.min()) / np.ptp(op) * np.ptp(kappa) + kappa.min()
            expected = kappa**alpha * moved ** (1 - alpha)
        np.testing.assert_allclose(new.kappa.numpy(), expected, rtol=1e-8)
    assert torch.equal(new.mu, old.mu)


def test_convention_the_bias_stays_unless_it_is_asked_to_follow():
    head = HEADS['vmf']().double()
    old = read_classifier(head)
    published = calibrate(old, 0.5)
    assert torch.equal(published.bias, old.bias)
    ours = calibrate(old, 0.5, 'calibrated')
    assert torch.equal(ours.kappa, published.kappa)
    expected = vmf_bias(8, ours.kappa)
    difference = ours.bias - expected
    assert (difference - difference[0]).abs().max() < 1e-12
    assert not torch.allclose(ours.bias, published.bias)


def test_biases_of_other_heads_stay():
    head = HEADS['linear']().double()
    with torch.no_grad():
        head.fc.bias += torch.arange(5)
    old = read_classifier(head)
    assert torch.equal(calibrate(old, 0.3).bias, head.fc.bias)


def test_a_cosine_head_has_nothing_to_calibrate():
    old = read_classifier(HEADS['cosine']())
    assert torch.equal(calibrate(old, 0.3).kappa, old.kappa)


def test_equal_overlaps_leave_kappa_as_it_is():
    head = VMFClsHead(5, 8).double()
    with torch.no_grad():
        head.fc.weight.copy_(torch.eye(5, 8))
    old = read_classifier(head)
    assert torch.equal(calibrate(old, 0.0).kappa, old.kappa)


def test_the_best_alpha_is_found_and_the_largest_of_equal_ones():
    old = read_classifier(HEADS['vmf']().double())
    target = calibrate(old, 0.3)
    x = torch.randn(2000, 8, dtype=torch.float64)
    labels = target.logits(x).argmax(1)
    alphas = [0.0, 0.3, 0.6, 1.0]
    best, values = choose_alpha(old, x, labels, alphas)
    assert best == 0.3
    assert values[0.3] == 100
    assert set(values) == set(alphas)
    # one sample, far inside its class: every alpha has it right
    sure, label = old.mu[:1], torch.tensor([0])
    assert choose_alpha(old, sure, label, alphas)[0] == 1.0


def test_the_likelihood_is_a_mean_over_classes():
    old = read_classifier(HEADS['vmf']().double())
    x = torch.randn(50, 8, dtype=torch.float64)
    labels = torch.arange(50) % 4
    _, values = choose_alpha(old, x, labels, [0.5], criterion='nll')
    p = calibrate(old, 0.5).logits(x).softmax(1)[torch.arange(50), labels]
    expected = np.mean([p[labels == c].log().mean().item() for c in range(4)])
    assert values[0.5] == pytest.approx(expected, rel=1e-12)


def test_bad_input_is_refused():
    old = read_classifier(HEADS['vmf']())
    for alpha in (-0.1, 1.1, float('nan')):
        with pytest.raises(ValueError, match='`alpha`'):
            calibrate(old, alpha)
    with pytest.raises(ValueError, match="`bias_at`.*got 'b'"):
        calibrate(old, 0.5, 'b')
    with pytest.raises(ValueError, match='as it was trained'):
        read_classifier(CalibratedClsHead(5, 8))
    with pytest.raises(TypeError, match='got ReLU'):
        read_classifier(nn.ReLU())
    head = CosineClsHead(5, 8)
    with torch.no_grad():
        head.fc.weight[3] = 0
    with pytest.raises(ValueError, match='class 3 has length 0'):
        read_classifier(head)
    head = VMFClsHead(5, 8)
    with torch.no_grad():
        head.kappa_raw[1] = float('nan')
    with pytest.raises(ValueError, match='class 1 has nan'):
        read_classifier(head)


def test_the_written_form_scores_alike():
    old = read_classifier(HEADS['vmf']())
    head = CalibratedClsHead(5, 8, normalize_features=True).double()
    for name in ('kappa', 'mu', 'bias'):
        getattr(head, name).copy_(getattr(old, name))
    x = torch.randn(9, 8, dtype=torch.float64)
    torch.testing.assert_close(
        head((x,)), old.logits(x), rtol=1e-12, atol=1e-14
    )
    assert F.softmax(head((x,)), 1).sum() == pytest.approx(9)
