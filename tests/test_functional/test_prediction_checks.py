import pytest
import scipy.special
import torch

from mmlt.functional.prediction_checks import (
    check_predictions,
    check_probabilities,
)

PROBS = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]], dtype=torch.float64)
LABELS = torch.tensor([2, 0])


def test_probabilities_of_scipy_pass():
    probs = scipy.special.softmax(torch.randn(9, 4).double().numpy(), axis=1)
    check_probabilities(torch.from_numpy(probs))
    check_predictions(PROBS, LABELS, 3, 'probabilities')
    check_predictions(PROBS[:0], LABELS[:0], 3, 'logits')
    check_probabilities(PROBS[:0])


@pytest.mark.parametrize(
    ('scores', 'labels', 'kind', 'match'),
    [
        (PROBS, LABELS, 'scores', '`kind` to be one of'),
        (PROBS[0], LABELS, 'logits', r'\(N, C\).*\(3,\)'),
        (PROBS, LABELS[:1], 'logits', r'`labels` of the shape \(N,\).*\(1,\)'),
        (PROBS[:, :2], LABELS, 'logits', 'of 3 classes.*of 2'),
        (PROBS.long(), LABELS, 'logits', 'torch.int64 and torch.int64'),
        (PROBS, LABELS.int(), 'logits', 'torch.int32'),
        (PROBS, LABELS - 1, 'logits', 'from 0 to 2, but got -1'),
        (PROBS, LABELS + 1, 'logits', 'from 0 to 2, but got 3'),
    ],
)
def test_what_does_not_fit_is_refused(scores, labels, kind, match):
    with pytest.raises(ValueError, match=match):
        check_predictions(scores, labels, 3, kind)


def test_rows_that_are_no_distribution_are_refused():
    off = PROBS.clone()
    off[1, 0] += 0.005
    with pytest.raises(ValueError, match='sample 1 .* sum 1.005'):
        check_probabilities(off)
    check_probabilities(off, half=True)  # half precision rounds that much
    negative = torch.tensor([[1.5, -0.5, 0]], dtype=torch.float64)
    with pytest.raises(ValueError, match='least -0.5 and sum 1'):
        check_probabilities(negative)
    with pytest.raises(ValueError, match='without nan'):
        check_probabilities(off * torch.nan, kind='logits')
