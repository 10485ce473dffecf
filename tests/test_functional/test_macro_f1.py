"""Macro F1 against scikit-learn, and where a class is missing."""

import math

import pytest
import torch
from sklearn.metrics import f1_score

from mmlt.functional import macro_f1


def counts(labels, predicted, num_classes):
    labels, predicted = torch.tensor(labels), torch.tensor(predicted)
    hits, sizes, made = (
        torch.bincount(chosen, minlength=num_classes)
        for chosen in (labels[labels == predicted], labels, predicted)
    )
    return hits, sizes, made


def theirs(labels, predicted):
    return f1_score(labels, predicted, average='macro', zero_division=0)


@pytest.mark.parametrize('num_classes', [2, 10, 100])
def test_against_scikit_learn(num_classes):
    """A long tail of labels, half of the predictions right."""
    tail = torch.linspace(1, 0.01, num_classes)
    labels = torch.multinomial(tail, 5000, replacement=True)
    others = torch.multinomial(tail, 5000, replacement=True)
    predicted = torch.where(torch.rand(5000) < 0.5, labels, others)
    labels, predicted = labels.tolist(), predicted.tolist()
    got = macro_f1(*counts(labels, predicted, num_classes))
    assert got == pytest.approx(theirs(labels, predicted), rel=1e-14)


@pytest.mark.parametrize(
    ('labels', 'predicted', 'expected'),
    [
        # class 2 is never predicted: (2/3 + 1 + 0) / 3
        ([0, 1, 2], [0, 1, 0], 5 / 9),
        # class 2 has no sample, and is predicted: (2/3 + 1 + 0) / 3
        ([0, 0, 1], [0, 2, 1], 5 / 9),
        # class 2 has neither: (1 + 1) / 2
        ([0, 0, 1], [0, 0, 1], 1.0),
        ([0, 1], [1, 0], 0.0),
    ],
)
def test_class_that_is_missing(labels, predicted, expected):
    got = macro_f1(*counts(labels, predicted, 3))
    assert got == pytest.approx(expected, rel=1e-15)
    assert got == pytest.approx(theirs(labels, predicted), rel=1e-15)


def test_all_right_is_one_and_no_sample_is_nan():
    assert macro_f1(*counts([0, 1, 1], [0, 1, 1], 2)) == 1
    none = torch.zeros(3, dtype=torch.long)
    assert math.isnan(macro_f1(none, none, none))


def test_balanced_and_symmetric_errors_make_it_the_mean_recall():
    labels, predicted = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
    got = macro_f1(*counts(labels, predicted, 2))
    assert got == pytest.approx(2 / 3, rel=1e-15)
