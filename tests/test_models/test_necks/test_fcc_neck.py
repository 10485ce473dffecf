import logging
import re

import pytest
import torch
from torch import nn

from mmlt.functional import (
    compress_features,
    compress_mixed_features,
    compression_factors,
)
from mmlt.models import FCCNeck
from mmlt.structures import MixedLabels

COUNTS = [100, 30, 10, 3]
LABELS = torch.tensor([0, 3, 1, 2, 2])


def ready(**kwargs):
    neck = FCCNeck(**{'gamma': 0.5, **kwargs}).double()
    neck.set_class_counts(COUNTS)
    return neck


@pytest.mark.parametrize(
    'kwargs',
    [
        {},
        dict(gamma=0.1, round_digits=2),
        dict(strategy='half_top'),
        dict(strategy='half_bottom'),
        dict(strategy='uniform'),
        dict(strategy='reverse'),
        dict(order='index'),
    ],
)
def test_neck_equals_the_function(kwargs):
    feats = torch.randn(5, 6, dtype=torch.float64)
    settings = {'gamma': 0.5, **kwargs}
    tau = compression_factors(4, counts=COUNTS, **settings)
    expected = compress_features(feats, LABELS, tau)
    assert torch.equal(ready(**kwargs)(feats, LABELS), expected)


def test_testing_leaves_features_alone():
    feats = torch.randn(5, 6, dtype=torch.float64)
    assert ready().eval()(feats) is feats


def test_the_last_of_a_tuple_is_scaled():
    feats = tuple(torch.randn(5, 2, 3, 3).double() for _ in range(2))
    out = ready()(feats, LABELS)
    assert out[0] is feats[0]
    assert torch.equal(out[1], ready()(feats[1], LABELS))


@pytest.mark.parametrize('begin', [0, 3, 0.0, 0.6])
def test_scaling_begins_with_the_epoch_begin(begin):
    neck = ready(begin=begin)
    begin = 3 if begin == 0.6 else begin  # 0.6 of 5 epochs
    feats = torch.randn(5, 6).double()
    for epoch in range(5):
        neck.set_progress(epoch, 5)
        scaled = not torch.equal(neck(feats, LABELS), feats)
        assert scaled == (epoch >= begin)


def test_gamma_zero_changes_nothing():
    feats = torch.randn(5, 6).double()
    assert torch.equal(ready(gamma=0)(feats, LABELS), feats)


def test_frequency_order_needs_the_counts_alone():
    neck = FCCNeck(0.5)
    neck.set_class_counts([3, 10, 30, 100])
    assert neck.tau.tolist() == pytest.approx([1.125, 1.25, 1.375, 1.5])


def test_counts_and_factors_travel_in_the_checkpoint():
    loaded = FCCNeck(0.5).double()
    loaded.load_state_dict(ready().state_dict())
    assert loaded.class_counts.tolist() == COUNTS
    assert torch.equal(loaded.tau, ready().tau)


def test_a_checkpoint_without_counts_loads():
    neck = FCCNeck(0.5)
    neck.load_state_dict(FCCNeck(0.5).state_dict())
    assert len(neck.class_counts) == 0


def test_works_in_a_bare_pytorch_loop():
    neck, fc = FCCNeck(0.5), nn.Linear(6, 4)
    neck.set_class_counts(COUNTS)
    feats = torch.randn(5, 6, requires_grad=True)
    loss = nn.functional.cross_entropy(fc(neck(feats, LABELS)), LABELS)
    loss.backward()
    assert feats.grad.isfinite().all()


def test_convention_a_zero_count_is_allowed():
    # no formula of FCC divides by the counts
    neck = FCCNeck(0.5)
    neck.set_class_counts([5, 0])
    assert neck.tau.tolist() == [1.5, 1.25]


def test_training_without_labels_says_which_type_to_set():
    with pytest.raises(RuntimeError, match="type='LongTailClassifier'"):
        ready()(torch.randn(5, 6))


def test_training_without_counts_names_the_neck_and_the_hook():
    with pytest.raises(RuntimeError, match='FCCNeck.*LongTailHook'):
        FCCNeck(0.5)(torch.randn(5, 6), LABELS)


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(gamma=-1), 'gamma'),
        (dict(gamma=2, strategy='reverse'), 'gamma'),
        (dict(gamma=0.5, strategy='edc'), 'equal_difference'),
        (dict(gamma=0.5, begin=-1), 'begin'),
        (dict(gamma=0.5, begin=50.0), 'Pass an int for an epoch: 50'),
        (dict(gamma=0.5, begin=True), 'begin'),
        (dict(gamma=0.5, order='count'), 'order'),
        (dict(gamma=0.5, round_digits=1.5), 'round_digits'),
        (dict(gamma=0.5, mixed_labels='second'), "'weighted', 'first'"),
    ],
)
def test_refuses_bad_settings_when_it_is_built(kwargs, match):
    with pytest.raises(ValueError, match=match):
        FCCNeck(**kwargs)


@pytest.mark.parametrize('counts', [[], [[1, 2]], [1.5, 2], [3, -1]])
def test_refuses_what_are_no_counts(counts):
    with pytest.raises(ValueError, match='class counts of FCCNeck'):
        FCCNeck(0.5).set_class_counts(counts)


def test_refuses_counts_of_another_number_of_classes():
    neck = FCCNeck(0.5)
    neck.num_classes = 10
    with pytest.raises(ValueError, match='10 classes of FCCNeck, but got 4'):
        neck.set_class_counts(COUNTS)


OTHER = torch.tensor([3, 0, 1, 2, 0])
WEIGHT = torch.tensor([0.0, 0.25, 0.5, 1.0, 0.75], dtype=torch.float64)


@pytest.mark.parametrize('shape', [(5, 6), (5, 2, 3, 3)])
def test_mixed_labels_scale_by_the_weighted_tau(shape):
    feats = torch.randn(shape, dtype=torch.float64)
    tau = compression_factors(4, 0.5, order='index')
    mixed = MixedLabels(LABELS, OTHER, WEIGHT)
    expected = compress_mixed_features(feats, LABELS, OTHER, WEIGHT, tau)
    assert torch.equal(ready()(feats, mixed), expected)
    assert torch.equal(ready()((feats, feats), mixed)[1], expected)


def test_the_published_rule_takes_the_first_label_whatever_the_weight():
    feats = torch.randn(5, 6, dtype=torch.float64)
    mixed = MixedLabels(LABELS, OTHER, WEIGHT)
    neck = ready(mixed_labels='first')
    assert torch.equal(neck(feats, mixed), ready()(feats, LABELS))


def test_the_rules_agree_where_both_labels_have_one_class():
    feats = torch.randn(5, 6, dtype=torch.float64)
    mixed = MixedLabels(LABELS, LABELS, WEIGHT)
    both = [
        ready(mixed_labels=rule)(feats, mixed)
        for rule in ('weighted', 'first')
    ]
    torch.testing.assert_close(*both, rtol=1e-15, atol=0)


def test_soft_labels_have_no_first_one():
    feats, soft = torch.randn(5, 6).double(), torch.eye(4)[LABELS].double()
    assert torch.equal(ready()(feats, soft), ready()(feats, LABELS))
    with pytest.raises(ValueError, match='which label is the first'):
        ready(mixed_labels='first')(feats, soft)


def said(monkeypatch, counts, epochs=range(2), **settings):
    """Level and text of what a neck says at its first epochs."""
    lines = []
    monkeypatch.setattr(
        'mmlt.models.necks.fcc_neck.print_log',
        lambda text, level, **kwargs: lines.append((level, text)),
    )
    neck = FCCNeck(0.5, begin=5, **settings)
    neck.set_class_counts(counts)
    for epoch in epochs:
        neck.set_progress(epoch, 9)
    return lines


def test_a_resumed_training_says_since_when_it_is_on(monkeypatch):
    _, (_, whole) = said(monkeypatch, COUNTS, range(9))
    _, (_, resumed) = said(monkeypatch, COUNTS, range(7, 9))
    assert whole.startswith('FCC on from epoch 6 of 9 (begin=5)')
    assert resumed == whole


@pytest.mark.parametrize(
    ('counts', 'settings', 'level', 'rho', 'words'),
    [
        ([3, 10, 30, 100], {}, 'INFO', 1.0, ''),
        (COUNTS, dict(order='index'), 'INFO', 1.0, ''),
        (
            *([3, 10, 30, 100], dict(order='index'), 'WARNING', -1.0),
            "not sorted.*order='frequency'",
        ),
        (
            *([3, 100, 10, 30], dict(order='index', strategy='reverse')),
            *('WARNING', -0.4, 'not sorted'),
        ),
        (COUNTS, dict(strategy='reverse'), 'INFO', 1.0, ''),
        ([100, 30, 30, 3], {}, 'INFO', 0.95, ''),
        (
            *([7, 6, 5, 4, 3, 2], dict(strategy='half_bottom'), 'INFO'),
            *(-0.70, 'scales the rare classes more'),
        ),
        (
            *([3, 10, 30, 100], dict(strategy='uniform', order='index')),
            *('INFO', float('nan'), 'all tau'),
        ),
        ([9, 9, 9], {}, 'INFO', float('nan'), 'images, are equal'),
    ],
)
def test_says_once_whether_tau_follows_the_images(
    monkeypatch, counts, settings, level, rho, words
):
    lines = said(monkeypatch, counts, **settings)
    assert len(lines) == 1
    assert logging.getLevelName(lines[0][0]) == level
    text = f'Spearman rank correlation of tau and training images {rho:.2f} '
    assert text in lines[0][1]
    assert re.search(words, lines[0][1])
    assert bool(words) != lines[0][1].endswith(').')


def test_the_class_with_most_images_has_the_largest_tau_wherever_it_stands():
    neck = FCCNeck(0.5)
    counts = torch.tensor([12, 7, 500, 60, 3])
    neck.set_class_counts(counts)
    assert neck.tau.argsort().tolist() == counts.argsort().tolist()
