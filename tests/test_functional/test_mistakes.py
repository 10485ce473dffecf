"""Confused pairs against scikit-learn, and the order of mistakes."""

import pytest
import torch
from sklearn.metrics import confusion_matrix

from mmlt.functional import confident_mistakes, confused_pairs


@pytest.mark.parametrize('num_classes', [2, 10, 300])
def test_pairs_are_the_entries_of_their_confusion_matrix(num_classes):
    labels, predicted = torch.randint(num_classes, (2, 4000))
    pairs = confused_pairs(labels, predicted, num_classes)
    theirs = confusion_matrix(labels, predicted, labels=range(num_classes))
    theirs[range(num_classes), range(num_classes)] = 0
    assert len(pairs) == (theirs > 0).sum()
    for true, taken_for, number in pairs.tolist():
        assert theirs[true, taken_for] == number
    numbers = pairs[:, 2].tolist()
    assert numbers == sorted(numbers, reverse=True)


def test_ties_are_in_the_order_of_the_classes():
    labels = torch.tensor([2, 1, 1, 0])
    predicted = torch.tensor([0, 2, 0, 1])
    pairs = confused_pairs(labels, predicted, 3)
    assert pairs.tolist() == [[0, 1, 1], [1, 0, 1], [1, 2, 1], [2, 0, 1]]


def test_no_mistake_is_no_pair():
    labels = torch.tensor([0, 1])
    assert confused_pairs(labels, labels, 2).shape == (0, 3)
    probs = torch.eye(2)
    assert confident_mistakes(probs, labels, 5).shape == (0,)


def test_the_most_confident_are_those_of_a_sort():
    probs = torch.rand(500, 20).softmax(1)
    labels = torch.randint(20, (500,))
    confidence, predicted = probs.max(1)
    rows = [
        row
        for row in sorted(range(500), key=lambda r: -float(confidence[r]))
        if predicted[row] != labels[row]
    ]
    got = confident_mistakes(probs, labels, 30, each=500)
    assert got.tolist() == rows[:30]


def test_one_confusion_does_not_hide_the_others():
    probs = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.4, 0.6]])
    labels = torch.tensor([1, 1, 1, 0])
    assert confident_mistakes(probs, labels, 9).tolist() == [0, 1, 3]
    assert confident_mistakes(probs, labels, 9, each=1).tolist() == [0, 3]
    assert confident_mistakes(probs, labels, 2, each=9).tolist() == [0, 1]
    assert confident_mistakes(probs, labels, 0).tolist() == []
