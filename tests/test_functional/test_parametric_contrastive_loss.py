"""The contrast of GPaCo against the published code.

``PaCoLoss`` of dvlab-research/Parametric-Contrastive-Learning at commit
fe56535, GPaCo/LT/losses.py lines 7 to 78, executed in float32 on CPU with the
inputs of ``tests/golden_cases.py``: the first view as anchors, the second as
the queue.
"""

import math

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import log_counts, parametric_contrastive_loss
from tests.golden_cases import COUNTS, LABELS, logits, views

DTYPES = [torch.float32, torch.float64]
QUEUE_LABELS = torch.tensor([0, 3, 2])


def scores(dtype=torch.float64):
    """Logits with the logarithm of the prior, (3, 4)."""
    logs = log_counts(torch.tensor(COUNTS)).to(dtype)
    return logits(dtype) + logs - logs.logsumexp(0)


def inputs(dtype=torch.float64):
    first, second = views(dtype)
    return first, LABELS, scores(dtype), second, QUEUE_LABELS


@pytest.mark.parametrize('dtype', DTYPES)
@pytest.mark.parametrize(
    ('smoothing', 'expected'), [(0.0, 4.8566742), (0.1, 5.0320897)]
)
def test_it_is_the_value_of_the_published_code(smoothing, expected, dtype):
    losses = parametric_contrastive_loss(
        *inputs(dtype), alpha=0.05, temperature=0.2, smoothing=smoothing
    )
    assert losses.shape == (3,)
    assert losses.dtype == dtype
    assert losses.mean().item() == pytest.approx(expected, rel=1e-5)


def test_by_hand():
    x, y, z, q, q_labels = (v.tolist() for v in inputs())
    keys, classes = x + q, y + q_labels
    found = parametric_contrastive_loss(
        *inputs(),
        alpha=0.3,
        beta=0.8,
        gamma=0.5,
        temperature=0.4,
        smoothing=0.2,
    )
    for i, loss in enumerate(found.tolist()):
        others = [k for k in range(6) if k != i]
        cosines = {
            k: sum(a * b for a, b in zip(x[i], keys[k], strict=True)) / 0.4
            for k in others
        }
        total = sum(math.exp(score) for score in z[i])
        total += 0.5 * sum(math.exp(cosines[k]) for k in others)
        pairs = [
            (0.8 * (0.8 if c == y[i] else 0.2 / 3), score)
            for c, score in enumerate(z[i])
        ]
        pairs += [(0.3, cosines[k]) for k in others if classes[k] == y[i]]
        mean = sum(w * s for w, s in pairs) / sum(w for w, _ in pairs)
        assert loss == pytest.approx(math.log(total) - mean, rel=1e-12)


def test_without_keys_it_is_the_balanced_softmax():
    _, y, z, q, _ = inputs()
    for k in range(3):
        found = parametric_contrastive_loss(
            views()[0][k : k + 1], y[k : k + 1], z[k : k + 1], q[:0], y[:0]
        )
        expected = F.cross_entropy(z[k : k + 1], y[k : k + 1])
        torch.testing.assert_close(found[0], expected, rtol=1e-12, atol=0)


def test_a_tiny_gamma_without_alpha_is_the_smoothed_cross_entropy():
    """PyTorch spreads the share over all classes, this over the others."""
    _, y, z, *_ = inputs()
    found = parametric_contrastive_loss(
        *inputs(), alpha=0, gamma=1e-30, smoothing=0.3
    )
    expected = F.cross_entropy(
        z, y, reduction='none', label_smoothing=0.3 * 4 / 3
    )
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_empty_places_of_the_queue_are_no_candidates():
    x, y, z, q, q_labels = inputs()
    emptied = q_labels.clone()
    emptied[1] = -1
    found = parametric_contrastive_loss(x, y, z, q, emptied)
    kept = torch.tensor([0, 2])
    expected = parametric_contrastive_loss(x, y, z, q[kept], q_labels[kept])
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_parts_of_the_anchors_are_parts_of_the_losses():
    x, y, z, q, q_labels = inputs()
    whole = parametric_contrastive_loss(x, y, z, q, q_labels)
    parts = [
        parametric_contrastive_loss(x, y, z[part], q, q_labels, anchors=part)
        for part in (slice(0, 1), slice(1, 3))
    ]
    torch.testing.assert_close(torch.cat(parts), whole, rtol=1e-14, atol=0)


def test_gradcheck_and_none_to_the_queue():
    x, y, z, q, q_labels = inputs()
    x, z, q = (v.requires_grad_() for v in (x, z, q))
    assert torch.autograd.gradcheck(
        lambda x, z: parametric_contrastive_loss(
            x, y, z, q, q_labels, smoothing=0.1
        ),
        (x, z),
    )
    parametric_contrastive_loss(x, y, z, q, q_labels).sum().backward()
    assert q.grad is None


def test_the_length_of_a_feature_does_not_count():
    x, y, z, q, q_labels = inputs()
    found = parametric_contrastive_loss(7 * x, y, z, q / 3, q_labels)
    plain = parametric_contrastive_loss(x, y, z, q, q_labels)
    torch.testing.assert_close(found, plain, rtol=1e-12, atol=0)


def test_half_precision_is_computed_in_float32():
    x, y, z, q, q_labels = (
        v.half() if v.is_floating_point() else v for v in inputs()
    )
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = parametric_contrastive_loss(x, y, z, q, q_labels)
    assert found.dtype == torch.float32
    plain = parametric_contrastive_loss(
        x.float(), y, z.float(), q.float(), q_labels
    )
    torch.testing.assert_close(found, plain, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    'kwargs',
    [
        dict(alpha=-0.1),
        dict(beta=0),
        dict(gamma=0),
        dict(temperature=0),
        dict(smoothing=1.1),
    ],
)
def test_wrong_settings_are_refused(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        parametric_contrastive_loss(*inputs(), **kwargs)
