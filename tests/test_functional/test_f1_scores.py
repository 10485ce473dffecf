"""F1 of each class against scikit-learn, and its mean against ours."""

import pytest
import torch
from sklearn.metrics import f1_score, precision_score, recall_score

from mmlt.functional import f1_scores, macro_f1

NAN = float('nan')


def test_against_scikit_learn():
    """Classes 0 to 19, of which some are rare and some never predicted."""
    labels = torch.multinomial(torch.logspace(0, -3, 20), 900, True)
    predicted = torch.where(torch.rand(900) < 0.6, labels, labels // 2)
    both = labels.tolist(), predicted.tolist()
    each = dict(average=None, labels=range(20), zero_division=NAN)
    recall, precision = (
        torch.from_numpy(score(*both, **each))
        for score in (recall_score, precision_score)
    )
    got = f1_scores(recall, precision)
    theirs = f1_score(*both, average=None, labels=range(20), zero_division=NAN)
    assert got.tolist() == pytest.approx(theirs, rel=1e-14, nan_ok=True)
    hits = labels[labels == predicted].bincount(minlength=20)
    sizes = [t.bincount(minlength=20) for t in (labels, predicted)]
    assert got.nanmean().item() == pytest.approx(
        macro_f1(hits, *sizes), rel=1e-14
    )


def test_a_class_that_is_missing():
    recall = torch.tensor([0.0, NAN, NAN, 0.0])
    precision = torch.tensor([NAN, 0.0, NAN, 0.0])
    got = f1_scores(recall, precision)
    assert got[[0, 1, 3]].tolist() == [0, 0, 0]
    assert got[2].isnan()
