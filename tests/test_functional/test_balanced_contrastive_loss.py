"""The contrast of BCL against the published code.

``BalSCL`` of FlamieZhu/Balanced-Contrastive-Learning at commit f72d070,
loss/contrastive.py lines 11 to 58, executed in float32 on CPU with the inputs
of ``tests/golden_cases.py``.
"""

import math

import pytest
import torch

from mmlt.functional import balanced_contrastive_loss
from tests.golden_cases import centers, views

DTYPES = [torch.float32, torch.float64]


def features(dtype=torch.float64):
    """Both views of the three images, (6, 4)."""
    return views(dtype).flatten(0, 1)


@pytest.mark.parametrize('dtype', DTYPES)
@pytest.mark.parametrize(
    ('labels', 'temperature', 'expected'),
    [
        ([0, 1, 3], 0.1, 0.5377565),
        ([0, 1, 3], 0.07, 0.7974989),
        ([0, 1, 1], 0.1, 3.2597427),
        ([0, 1, 1], 0.07, 4.7154284),
    ],
)
def test_it_is_the_value_of_the_published_code(
    labels, temperature, expected, dtype
):
    losses = balanced_contrastive_loss(
        features(dtype), torch.tensor(labels * 2), centers(dtype), temperature
    )
    assert losses.shape == (6,)
    assert losses.dtype == dtype
    assert losses.mean().item() == pytest.approx(expected, rel=1e-5)


def test_by_hand():
    x, y, c = features().tolist(), [0, 1, 1, 0, 1, 1], centers().tolist()
    every, classes = x + c, [*y, 0, 1, 2, 3]

    def score(a, b):
        return sum(p * q for p, q in zip(a, b, strict=True)) / 0.5

    found = balanced_contrastive_loss(
        features(), torch.tensor(y), centers(), 0.5
    )
    for i, loss in enumerate(found.tolist()):
        others = [k for k in range(len(every)) if k != i]
        total = sum(
            sum(
                math.exp(score(x[i], every[k]))
                for k in others
                if classes[k] == label
            )
            / sum(classes[k] == label for k in others)
            for label in range(4)
        )
        own = [k for k in others if classes[k] == y[i]]
        mean = sum(score(x[i], every[k]) for k in own) / len(own)
        assert loss == pytest.approx(math.log(total) - mean, rel=1e-12)


def test_parts_of_the_anchors_are_parts_of_the_losses():
    labels = torch.tensor([0, 1, 1, 0, 1, 1])
    args = features(), labels, centers(), 0.1
    whole = balanced_contrastive_loss(*args)
    parts = [
        balanced_contrastive_loss(*args, anchors=part)
        for part in (slice(0, 2), slice(2, 6))
    ]
    torch.testing.assert_close(torch.cat(parts), whole, rtol=1e-14, atol=0)


def test_gradcheck():
    labels = torch.tensor([0, 1, 1, 0, 1, 1])
    x, c = features().requires_grad_(), centers().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x, c: balanced_contrastive_loss(x, labels, c, 0.1), (x, c)
    )


def test_equal_features_leave_the_logarithm_of_the_classes():
    x = torch.ones(5, 3, dtype=torch.float64)
    c = torch.ones(7, 3, dtype=torch.float64)
    labels = torch.tensor([0, 0, 0, 3, 6])
    found = balanced_contrastive_loss(x, labels, c, 0.1)
    torch.testing.assert_close(
        found, torch.full_like(found, math.log(7)), rtol=1e-12, atol=0
    )


def test_the_length_of_a_feature_does_not_count():
    labels = torch.tensor([0, 1, 1, 0, 1, 1])
    found = balanced_contrastive_loss(7 * features(), labels, centers() / 3)
    plain = balanced_contrastive_loss(features(), labels, centers())
    torch.testing.assert_close(found, plain, rtol=1e-12, atol=0)


def test_half_precision_is_computed_in_float32():
    labels = torch.tensor([0, 1, 1, 0, 1, 1])
    x, c = features().half(), centers().half()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = balanced_contrastive_loss(x, labels, c)
    assert found.dtype == torch.float32
    plain = balanced_contrastive_loss(x.float(), labels, c.float())
    torch.testing.assert_close(found, plain, rtol=1e-6, atol=0)


def test_a_wrong_temperature_is_refused():
    labels = torch.tensor([0, 1, 3] * 2)
    with pytest.raises(ValueError, match='temperature'):
        balanced_contrastive_loss(features(), labels, centers(), 0)
