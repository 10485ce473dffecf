import math
from fractions import Fraction

import pytest
import torch

from mmlt.functional import remix_label_weights

# CIFAR-10-LT, ratio 100, and the scores and labels of test_losses.py
COUNTS = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
LABELS = torch.tensor([0, 3, 7, 9])
SCORES = torch.linspace(-2, 2, 40, dtype=torch.float64).reshape(4, 10)


def by_hand(a, b, weight, counts, kappa, tau):
    """The three cases in exact arithmetic, one sample at a time."""
    ratio = Fraction(counts[a], counts[b])
    if ratio >= Fraction(kappa) and weight < tau:
        return 0.0
    if ratio <= 1 / Fraction(kappa) and 1 - weight < tau:
        return 1.0
    return weight


@pytest.mark.parametrize('kappa', [1, 2.5, 3.0, 100])
@pytest.mark.parametrize('tau', [0.0, 0.5, 0.75, 1.0])
@pytest.mark.parametrize('weight', [0.0, 0.25, 0.5, 0.75, 1.0])
def test_it_is_the_three_cases(kappa, tau, weight):
    a, b = torch.cartesian_prod(torch.arange(10), torch.arange(10)).T
    weights = torch.full((100,), weight, dtype=torch.float64)
    got = remix_label_weights(a, b, weights, COUNTS, kappa, tau)
    expected = [
        by_hand(i, j, weight, COUNTS, kappa, tau)
        for i, j in zip(a.tolist(), b.tolist(), strict=True)
    ]
    assert got.tolist() == expected


def nll(scores, label):
    return math.log(sum(math.exp(s - scores[label]) for s in scores))


def losses_of_both_codes(scores, a, b, weights):
    """Cross-entropy per sample, and with the mean of the label weights."""
    rows = scores.tolist()
    first = [nll(row, label) for row, label in zip(rows, a, strict=True)]
    second = [nll(row, label) for row, label in zip(rows, b, strict=True)]
    num, mean = len(rows), sum(weights) / len(rows)
    per_sample = sum(
        w * f + (1 - w) * s
        for w, f, s in zip(weights, first, second, strict=True)
    )
    averaged = mean * sum(first) + (1 - mean) * sum(second)
    return per_sample / num, averaged / num


def test_the_published_averaging_is_not_the_loss_per_sample():
    """2.320 against 2.179, where the partners are the batch reversed.

    The published code multiplies the mean loss by each label weight and
    takes the mean of that, so only the mean label weight counts:
    https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/lib/core/combiner.py#L132-L143
    All rows of these scores are equal up to a constant, so its loss is the
    plain cross-entropy, 2.319959, for any partners and weight.
    """
    partners = LABELS.flip(0)
    weight = torch.tensor(0.423, dtype=torch.float64)
    got = remix_label_weights(LABELS, partners, weight, COUNTS)
    # 5000:50 and 1077:139 give the label away; 50:5000 would need w > 1/2
    assert got.tolist() == [0, 0, 0.423, 0.423]
    per_sample, averaged = losses_of_both_codes(
        SCORES, LABELS.tolist(), partners.tolist(), got.tolist()
    )
    assert averaged == pytest.approx(2.319959, abs=5e-7)
    assert f'{averaged:.3f}' == '2.320'
    assert f'{per_sample:.3f}' == '2.179'


def test_convention_the_weight_belongs_to_the_first_label():
    head, tail = torch.tensor([0]), torch.tensor([9])
    for weight in (0.1, 0.9):
        first = remix_label_weights(head, tail, weight, COUNTS)
        second = remix_label_weights(tail, head, 1 - weight, COUNTS)
        torch.testing.assert_close(first, 1 - second)
    # the rarer class takes the label from half of the image on
    assert remix_label_weights(head, tail, 0.49, COUNTS).item() == 0
    assert remix_label_weights(head, tail, 0.5, COUNTS).item() == 0.5
    assert remix_label_weights(tail, head, 0.51, COUNTS).item() == 1


@pytest.mark.parametrize(
    'limit', [dict(kappa=1e9), dict(tau=0.0), dict(counts=[7] * 10)]
)
def test_it_is_mixup_in_the_limits(limit):
    a, b = torch.cartesian_prod(torch.arange(10), torch.arange(10)).T
    weight = torch.rand(100)
    counts = limit.pop('counts', COUNTS)
    got = remix_label_weights(a, b, weight, counts, **limit)
    assert torch.equal(got, weight)


def test_a_ratio_of_exactly_kappa_counts():
    a, b = torch.tensor([0]), torch.tensor([1])
    assert remix_label_weights(a, b, 0.3, [30, 10]).item() == 0
    assert remix_label_weights(b, a, 0.7, [30, 10]).item() == 1
    kept = remix_label_weights(a, b, 0.3, [29, 10]).item()
    assert kept == pytest.approx(0.3)


def test_a_class_without_images_loses_to_none():
    # no division: where it is mixed in all the same, it counts as rarest
    a, b = torch.tensor([0]), torch.tensor([1])
    assert remix_label_weights(a, b, 0.3, [30, 0]).item() == 0


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_dtype_of_the_weight_is_kept(dtype):
    weight = torch.rand(4, dtype=dtype)
    got = remix_label_weights(LABELS, LABELS.flip(0), weight, COUNTS)
    assert got.dtype == dtype
    got = remix_label_weights(LABELS, LABELS.flip(0), 1, COUNTS)
    assert got.dtype == torch.get_default_dtype()


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(kappa=0.5), '`kappa`'),
        (dict(tau=-1), '`tau`'),
        (dict(tau=2), '0, 1'),
    ],
)
def test_refuses_settings_out_of_range(kwargs, match):
    with pytest.raises(ValueError, match=match):
        remix_label_weights(LABELS, LABELS, 0.5, COUNTS, **kwargs)
