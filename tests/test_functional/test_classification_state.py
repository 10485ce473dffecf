import numpy as np
import pytest
import sklearn.metrics
import torch
from scipy.stats import rankdata

from mmlt.functional import ClassificationState
from mmlt.functional.classification_state import (
    confidence_cell,
    in_units,
    label_place,
    peaks,
)


def predictions(n=200, c=6):
    return torch.randn(n, c).double().softmax(1), torch.randint(c, (n,))


def test_sums_against_sklearn_and_numpy():
    probs, labels = predictions()
    state = ClassificationState(6, num_bins=4, topk=(1, 3), confusion=True)
    state.update(probs, labels)
    p, y = probs.numpy(), labels.numpy()
    np.testing.assert_array_equal(
        state.sums['confusion'].numpy(),
        sklearn.metrics.confusion_matrix(y, p.argmax(1), labels=range(6)),
    )
    hits = state.sums['hits'].numpy()
    for column, k in enumerate((1, 3)):
        expected = sklearn.metrics.top_k_accuracy_score(
            y, p, k=k, normalize=False, labels=range(6)
        )
        assert hits[:, column].sum() == expected
    counts = state.sums['by_label'][0].numpy()
    expected, *_ = np.histogram2d(
        y, p.max(1), bins=(6, 4), range=((-0.5, 5.5), (0, 1))
    )
    np.testing.assert_array_equal(counts, expected)
    assert state.num_samples == 200


@pytest.mark.parametrize('size', [5, 40, 103])
def test_peaks_are_the_largest_and_all_above_the_threshold(size):
    probs = torch.randn(20, size).double().softmax(1)
    confidence, row, column, maxima = peaks(
        probs, torch.tensor(0.05), columns=16
    )
    p = probs.numpy()
    np.testing.assert_array_equal(confidence.numpy(), p.max(1))
    wanted = (p > 0.05) | (p == p.max(1, keepdims=True))
    found = set(zip(row.tolist(), column.tolist(), strict=True))
    assert found == {(i, c) for i, c in np.argwhere(wanted).tolist()}
    # of disjoint sets of classes, not of all of them
    for i, values in enumerate(maxima.tolist()):
        assert set(values) <= set(p[i].tolist())


def test_place_of_the_label_against_the_ranks_of_scipy():
    """Ties rank by the class: the first is the better one."""
    rng = np.random.default_rng(0)
    probs = rng.integers(0, 4, (50, 7)) / 4
    labels = rng.integers(0, 7, 50)
    ranks = rankdata(-probs, method='ordinal', axis=1) - 1
    got = label_place(torch.from_numpy(probs), torch.from_numpy(labels))
    assert got.tolist() == ranks[np.arange(50), labels].tolist()


def test_cells_rise_with_the_confidence_and_are_finest_at_its_ends():
    confidence = torch.linspace(0, 1, 10001, dtype=torch.float64)
    cell = confidence_cell(confidence)
    assert (cell.diff() >= 0).all()
    expected = np.floor(
        2 / np.pi * np.arcsin(np.sqrt(confidence.numpy())) * 2**16
    )
    near = np.abs(cell.numpy() - np.minimum(expected, 2**16 - 1))
    assert near.max() <= 1  # the last bit of the arcsine
    assert cell[1] - cell[0] > 10 * (cell[5001] - cell[5000])


def test_units_are_rounded_to_the_nearest():
    values = torch.tensor([0.0, 0.5, 1.0, 3 * 2.0**-34], dtype=torch.float64)
    assert in_units(values).tolist() == [0, 2**31, 2**32, 1]
