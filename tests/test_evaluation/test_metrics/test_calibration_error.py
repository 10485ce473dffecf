import pytest

from mmlt.evaluation import BatchEvaluator, CalibrationError
from mmlt.functional import calibration_error

from ..conftest import batched, run


@pytest.mark.parametrize('bins', [5, 15])
def test_metric_equals_the_function_in_percent(predictions, bins):
    evaluator = BatchEvaluator(CalibrationError(num_bins=bins))
    out = run(evaluator, batched(*predictions, 10), 103)
    for key, norm in (('ece', 'l1'), ('mce', 'max')):
        expected = 100 * calibration_error(*predictions, bins, norm).item()
        assert out[f'calibration/{key}'] == expected


def test_equals_torchmetrics(predictions):
    from torchmetrics.classification import MulticlassCalibrationError

    theirs = MulticlassCalibrationError(num_classes=5, n_bins=15)
    expected = 100 * theirs(*predictions).item()
    evaluator = BatchEvaluator(CalibrationError())
    out = run(evaluator, batched(*predictions, 10), 103)
    assert out['calibration/ece'] == pytest.approx(expected, rel=1e-5)


def test_no_prediction_gives_no_number():
    assert BatchEvaluator(CalibrationError()).evaluate(0) == {}


def test_refuses_no_bins():
    with pytest.raises(ValueError, match='num_bins'):
        CalibrationError(num_bins=0)
