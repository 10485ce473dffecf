"""AUROC against scikit-learn and by hand, balanced error, and the edges."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from mmlt.functional import balanced_error, one_vs_rest_auroc


def predictions(num=2000, num_classes=10, scale=2.0):
    """Logits of a network that is often right, a test set with a tail."""
    generator = torch.Generator().manual_seed(num_classes)
    tail = torch.linspace(1, 0.05, num_classes)
    labels = torch.multinomial(tail, num, True, generator=generator)
    logits = torch.randn(num, num_classes, generator=generator) * scale
    logits[torch.arange(num), labels] += scale
    return logits, labels


def theirs(probs, labels):
    return [
        roc_auc_score((labels == c).numpy(), probs[:, c].numpy())
        for c in range(probs.shape[1])
    ]


@pytest.mark.parametrize('num_classes', [2, 10, 100])
@pytest.mark.parametrize('kind', ['logits', 'probabilities'])
def test_against_scikit_learn(num_classes, kind):
    logits, labels = predictions(num_classes=num_classes)
    probs = logits.double().softmax(1)
    got = one_vs_rest_auroc(
        logits if kind == 'logits' else probs, labels, kind
    )
    np.testing.assert_allclose(got, theirs(probs, labels), rtol=1e-14)
    if num_classes > 2:
        macro = roc_auc_score(labels, probs, multi_class='ovr')
        assert got.mean().item() == pytest.approx(macro, rel=1e-14)


def test_ties_count_half_as_in_scikit_learn():
    logits, labels = predictions()
    # six values of a probability, from 0 to 1
    top = (logits.softmax(1)[:, 0] * 5).round() / 5
    probs = torch.stack([top, 1 - top], 1).double()
    labels = (labels > 2).long()
    got = one_vs_rest_auroc(probs, labels)
    np.testing.assert_allclose(got, theirs(probs, labels), rtol=1e-14)


def test_pairs_counted_by_hand():
    """0.9 and 0.6 of class 0, 0.6 and 0.1 of others: 3 pairs and a tie."""
    top = torch.tensor([0.9, 0.6, 0.6, 0.1])
    probs, labels = torch.stack([top, 1 - top], 1), torch.tensor([0, 0, 1, 1])
    assert one_vs_rest_auroc(probs, labels).tolist() == [3.5 / 4, 3.5 / 4]


def test_right_order_is_one_wrong_order_zero_and_no_order_a_half():
    labels = torch.tensor([0, 1, 1, 2])
    right = torch.eye(3)[labels]
    assert one_vs_rest_auroc(right, labels).tolist() == [1, 1, 1]
    wrong = (1 - right) / 2
    assert one_vs_rest_auroc(wrong, labels).tolist() == [0, 0, 0]
    flat = torch.full((4, 3), 1 / 3)
    assert one_vs_rest_auroc(flat, labels).tolist() == [0.5, 0.5, 0.5]


def test_class_without_an_image_and_class_of_all_images_have_nan():
    logits, labels = predictions(num_classes=4)
    some = labels < 3
    got = one_vs_rest_auroc(logits[some], labels[some], 'logits')
    assert got.isnan().tolist() == [False, False, False, True]
    alone = one_vs_rest_auroc(logits, torch.full_like(labels, 2), 'logits')
    assert alone.isnan().all()
    assert one_vs_rest_auroc(logits[:0], labels[:0]).isnan().all()


def test_order_of_the_images_does_not_matter():
    logits, labels = predictions()
    order = torch.randperm(len(labels))
    assert torch.equal(
        one_vs_rest_auroc(logits, labels, 'logits'),
        one_vs_rest_auroc(logits[order], labels[order], 'logits'),
    )


def test_ranks_are_told_apart_where_float32_is_one_or_zero():
    """Softmax in float32 is 1 or 0 for all of them: a tie."""
    logits = torch.tensor([[30.0, 0, 0], [25.0, 0, 0], [-150.0, 0, 0]])
    logits = torch.cat([logits, torch.tensor([[-120.0, 0, 0]])])
    labels = torch.tensor([0, 1, 2, 0])
    assert logits.softmax(1)[:, 0].tolist() == [1, 1, 0, 0]
    assert one_vs_rest_auroc(logits, labels, 'logits')[0] == 3 / 4


def test_minus_inf_is_a_logit_and_the_lowest_rank():
    masked = torch.tensor([[0.0, -math.inf], [0.0, 1.0], [0.0, -math.inf]])
    got = one_vs_rest_auroc(masked, torch.tensor([0, 1, 1]), 'logits')
    # class 0: its image is at 1, one of the others too
    assert got.tolist() == [0.75, 0.75]


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_has_the_ranks_of_its_values(dtype):
    logits, labels = predictions()
    half = logits.to(dtype)
    assert torch.equal(
        one_vs_rest_auroc(half, labels, 'logits'),
        one_vs_rest_auroc(half.double(), labels, 'logits'),
    )


def test_rows_are_read_in_pieces(monkeypatch):
    logits, labels = predictions()
    whole = one_vs_rest_auroc(logits, labels, 'logits')
    monkeypatch.setattr('mmlt.functional.auroc.CHUNK_ELEMENTS', 70)
    assert torch.equal(one_vs_rest_auroc(logits, labels, 'logits'), whole)


@pytest.mark.parametrize(
    ('scores', 'labels', 'kind', 'sentence'),
    [
        ([[0.5, math.nan]], [0], 'probabilities', 'sum nan'),
        ([[0.5, math.inf]], [0], 'probabilities', 'sum inf'),
        ([[1.5, -0.5]], [0], 'probabilities', 'least -0.5'),
        ([[0.5, 0.4]], [0], 'probabilities', 'sum 0.9'),
        ([[0.5, math.nan]], [0], 'logits', 'logits without nan'),
        ([[0.5, math.inf]], [0], 'logits', 'logits without nan'),
        ([[-math.inf, -math.inf]], [0], 'logits', 'logits without nan'),
        ([[0.5, 0.5]], [2], 'probabilities', 'labels from 0 to 1'),
        ([[0.5, 0.5]], [0, 1], 'probabilities', r'but got \(1, 2\)'),
        ([[0.5, 0.5]], [0], 'scores', "but got 'scores'"),
        ([0.5, 0.5], [0, 1], 'probabilities', r'but got \(2,\)'),
    ],
)
def test_what_is_no_score_is_refused(scores, labels, kind, sentence):
    with pytest.raises(ValueError, match=sentence):
        one_vs_rest_auroc(torch.tensor(scores), torch.tensor(labels), kind)


def test_balanced_error_is_one_minus_balanced_accuracy():
    logits, labels = predictions()
    predicted = logits.argmax(1)
    recall = torch.tensor(
        [(predicted[labels == c] == c).double().mean() for c in range(10)]
    )
    want = 1 - balanced_accuracy_score(labels, predicted)
    assert balanced_error(recall).item() == pytest.approx(want, rel=1e-12)


def test_balanced_error_leaves_out_what_has_no_image():
    assert balanced_error(torch.tensor([1.0, math.nan, 0.5])) == 0.25
    assert balanced_error(torch.tensor([math.nan])).isnan()
    with pytest.raises(ValueError, match='One recall per class'):
        balanced_error(torch.ones(2, 2))
