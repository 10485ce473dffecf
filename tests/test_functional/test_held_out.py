import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.utils.class_weight import compute_sample_weight

from mmlt.functional import (
    balanced_accuracy,
    balanced_log_likelihood,
    class_mean,
    held_out_rows,
)

LABELS = np.repeat([0, 1, 2, 3], [100, 7, 2, 1])


def test_the_same_share_of_each_class():
    rows = held_out_rows(LABELS, 0.2)
    assert np.bincount(LABELS[rows], minlength=4).tolist() == [20, 1, 1, 0]
    assert (np.diff(rows) > 0).all()
    half = held_out_rows(LABELS, 0.5, seed=1)
    assert np.bincount(LABELS[half], minlength=4).tolist() == [50, 4, 1, 0]


def test_a_class_is_never_held_out_whole():
    rows = held_out_rows(LABELS, 0.99)
    assert np.bincount(LABELS[rows], minlength=4).tolist() == [99, 6, 1, 0]


def test_the_seed_decides():
    assert np.array_equal(
        held_out_rows(LABELS, 0.2), held_out_rows(LABELS, 0.2)
    )
    other = held_out_rows(LABELS, 0.2, seed=1)
    assert not np.array_equal(held_out_rows(LABELS, 0.2), other)


@pytest.mark.parametrize('fraction', [0, 1, -0.1, float('nan'), 'half'])
def test_a_fraction_that_is_none_is_refused(fraction):
    error = TypeError if isinstance(fraction, str) else ValueError
    with pytest.raises(error, match='`fraction`'):
        held_out_rows(LABELS, fraction)


def test_class_mean_of_correct_is_the_balanced_accuracy():
    labels = torch.tensor([0, 0, 0, 0, 1, 1, 4])
    predicted = torch.tensor([0, 0, 0, 1, 1, 0, 4])
    expected = balanced_accuracy_score(labels, predicted)
    value = class_mean(predicted == labels, labels, 5)
    assert value.item() == pytest.approx(expected, rel=1e-12)


def test_balanced_criteria_against_sklearn():
    labels = torch.tensor([0, 0, 0, 0, 1, 1, 3])
    logits = torch.randn(7, 5).double()
    logits[:, [2, 4]] -= 20  # sklearn warns of a class that is never true
    expected = balanced_accuracy_score(labels, logits.argmax(1))
    assert balanced_accuracy(logits, labels).item() == pytest.approx(expected)
    expected = -log_loss(
        labels,
        logits.softmax(1).numpy(),
        labels=range(5),
        sample_weight=compute_sample_weight('balanced', labels.numpy()),
    )
    value = balanced_log_likelihood(logits, labels).item()
    assert value == pytest.approx(expected, rel=1e-12)
