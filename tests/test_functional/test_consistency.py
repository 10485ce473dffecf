import math

import pytest
import scipy.special
import torch

from mmlt.functional import confident_consistency, warmup_share
from tests.golden_cases import LABELS, experts


def two_views():
    """Weak views, and strong ones: those of another expert, weaker."""
    return experts(), 0.8 * experts().flip(0)


def test_it_is_the_divergence_of_scipy_over_the_right_ones():
    weak, strong = two_views()
    p = scipy.special.softmax(weak.numpy(), axis=2)
    q = scipy.special.softmax(strong.numpy(), axis=2)
    kl = scipy.special.rel_entr(p, q).sum(2)
    right = p.argmax(2) == LABELS.numpy()
    assert 0 < right.sum() < right.size
    expected = [
        row[kept].mean() if kept.any() else 0.0
        for row, kept in zip(kl, right, strict=True)
    ]
    found = confident_consistency(weak, strong, LABELS)
    assert found.tolist() == pytest.approx(expected, rel=1e-12)


def test_an_expert_that_is_right_nowhere_has_none():
    weak, strong = two_views()
    wrong = (weak[0].argmax(1) + 1) % 4
    found = confident_consistency(weak[:1], strong[:1], wrong)
    assert found.tolist() == [0.0]


def test_equal_views_have_none():
    weak, _ = two_views()
    assert confident_consistency(weak, weak, LABELS).abs().max() < 1e-15


def test_a_wrong_image_counts_for_nothing():
    weak, strong = two_views()
    labels = weak[0].argmax(1)
    labels[2] = (labels[2] + 1) % 4
    torch.testing.assert_close(
        confident_consistency(weak[:1], strong[:1], labels),
        confident_consistency(weak[:1, :2], strong[:1, :2], labels[:2]),
        rtol=1e-12,
        atol=0,
    )


def test_the_weak_view_is_a_constant():
    weak, strong = (z.requires_grad_() for z in two_views())
    confident_consistency(weak, strong, LABELS).sum().backward()
    assert weak.grad is None
    assert strong.grad.abs().sum() > 0
    assert torch.autograd.gradcheck(
        lambda z: confident_consistency(weak, z, LABELS), strong
    )


def test_large_logits_and_half_precision():
    weak, strong = (1e4 * z.float() for z in two_views())
    strong.requires_grad_()
    found = confident_consistency(weak, strong, LABELS)
    found.sum().backward()
    assert found.isfinite().all()
    assert strong.grad.isfinite().all()
    half = [z.bfloat16() for z in two_views()]
    assert confident_consistency(*half, LABELS).dtype == torch.float32


def test_warmup_share():
    shares = [warmup_share(e, 4) for e in range(6)]
    assert shares == [0.25, 0.5, 0.75, 1, 1, 1]
    assert warmup_share(0, 0) == warmup_share(0, 1) == 1
    assert math.isclose(warmup_share(4, 20), 0.25)


def test_what_is_refused():
    weak, strong = two_views()
    with pytest.raises(ValueError, match='shape of `weak`'):
        confident_consistency(weak, strong[:, :2], LABELS)
    with pytest.raises(ValueError, match='`epoch`'):
        warmup_share(-1, 20)
    with pytest.raises(ValueError, match='`warmup`'):
        warmup_share(0, -1)
