import pytest
import torch

from mmlt.evaluation import BatchEvaluator, CalibrationError
from mmlt.functional import calibration_error, top_calibration_error

from ..conftest import batched, listed, made_predictions, run

# ECE and MCE of `made_predictions`, by shape, classes, bins and dtype, as
# printed by CalibrationError at commit f3669fc, which kept all confidences
AT_F3669FC = {
    ('peaked', 5, 1, 'float32'): (13.229881756007678, 13.229881756007678),
    ('peaked', 5, 1, 'float16'): (13.229003906250004, 13.229003906250004),
    ('peaked', 5, 1, 'bfloat16'): (13.231770833333334, 13.231770833333334),
    ('peaked', 5, 10, 'float32'): (15.895982151230175, 42.312266379594796),
    ('peaked', 5, 10, 'float16'): (15.895467122395834, 42.31445312499999),
    ('peaked', 5, 10, 'bfloat16'): (15.890950520833332, 42.294921875),
    ('peaked', 5, 15, 'float32'): (17.463067390024662, 79.99999970197678),
    ('peaked', 5, 15, 'float16'): (17.46319580078125, 80.0048828125),
    ('peaked', 5, 15, 'bfloat16'): (17.393229166666664, 79.98046875),
    ('peaked', 5, 64, 'float32'): (18.488495096564293, 97.30941653251648),
    ('peaked', 5, 64, 'float16'): (18.717041015625, 97.314453125),
    ('peaked', 5, 64, 'bfloat16'): (19.47998046875, 97.265625),
    ('peaked', 12, 1, 'float32'): (30.981011609236404, 30.981011609236404),
    ('peaked', 12, 1, 'float16'): (30.980895996093754, 30.980895996093754),
    ('peaked', 12, 1, 'bfloat16'): (30.98079427083334, 30.98079427083334),
    ('peaked', 12, 10, 'float32'): (32.224730268120766, 47.90675017450537),
    ('peaked', 12, 10, 'float16'): (32.224833170572914, 47.90714808872768),
    ('peaked', 12, 10, 'bfloat16'): (32.225423177083336, 49.0167025862069),
    ('peaked', 12, 15, 'float32'): (35.607914277662836, 83.04892182350159),
    ('peaked', 12, 15, 'float16'): (35.6083984375, 83.056640625),
    ('peaked', 12, 15, 'bfloat16'): (35.69580078125, 83.203125),
    ('peaked', 12, 64, 'float32'): (34.21404246365031, 88.19368854165077),
    ('peaked', 12, 64, 'float16'): (34.2139892578125, 88.19580078125),
    ('peaked', 12, 64, 'bfloat16'): (34.42740885416667, 88.18359375),
    ('flat', 700, 1, 'float32'): (60.68374372820835, 60.68374372820835),
    ('flat', 700, 1, 'float16'): (60.683744430541985, 60.683744430541985),
    ('flat', 700, 1, 'bfloat16'): (60.68378829956054, 60.68378829956054),
    ('flat', 700, 10, 'float32'): (62.18373329943279, 62.18373329943279),
    ('flat', 700, 10, 'float16'): (62.183732191721596, 62.183732191721596),
    ('flat', 700, 10, 'bfloat16'): (62.35045496622721, 62.35045496622721),
    ('flat', 700, 15, 'float32'): (59.18372972008851, 59.18372972008851),
    ('flat', 700, 15, 'float16'): (59.183730125427246, 59.183730125427246),
    ('flat', 700, 15, 'bfloat16'): (59.18378448486329, 59.18378448486329),
    ('flat', 700, 64, 'float32'): (58.18373803804086, 58.18373803804086),
    ('flat', 700, 64, 'float16'): (58.183737436930336, 58.183737436930336),
    ('flat', 700, 64, 'bfloat16'): (58.35044479370117, 58.35044479370117),
}


@pytest.mark.parametrize('bins', [5, 15])
def test_metric_equals_the_function_in_percent(predictions, bins):
    evaluator = BatchEvaluator(CalibrationError(num_bins=bins))
    out = run(evaluator, batched(*predictions, 10), 103)
    for key, norm in (('ece', 'l1'), ('mce', 'max')):
        expected = 100 * calibration_error(*predictions, bins, norm).item()
        assert out[f'calibration/{key}'] == expected


@pytest.mark.parametrize('size', [1, 64, 600])
@pytest.mark.parametrize('case', AT_F3669FC, ids=str)
def test_values_are_those_of_before_to_the_last_digit(case, size):
    shape, classes, bins, dtype = case
    made = made_predictions(classes + bins, classes, dtype, shape)
    out = run(
        BatchEvaluator(CalibrationError(num_bins=bins)),
        batched(*made, size),
        600,
    )
    assert tuple(out.values()) == AT_F3669FC[case]


@pytest.mark.parametrize('dtype', ['float32', 'float16', 'bfloat16'])
@pytest.mark.parametrize('shape', ['peaked', 'flat'])
def test_sums_of_batches_are_the_sum_over_all_samples(dtype, shape):
    """To the last digit, whatever the bins, the batches and the samples."""
    for seed in range(30):
        bins, size, classes = 1 + seed, 1 + 41 * seed % 600, 2 + 7 * seed
        scores, labels = made_predictions(seed, classes, dtype, shape)
        out = run(
            BatchEvaluator(CalibrationError(num_bins=bins)),
            (listed if seed % 2 else batched)(scores, labels, size),
            600,
        )
        confidence, predicted = scores.max(1)
        for key, norm in (('ece', 'l1'), ('mce', 'max')):
            expected = top_calibration_error(
                confidence, predicted == labels, bins, norm
            )
            assert out[f'calibration/{key}'] == 100 * expected.item()


def test_float64_is_rounded_once(predictions):
    """Its sum over all samples is, too, but one rounding per sample."""
    scores = torch.randn(600, 40, dtype=torch.float64).softmax(1)
    labels = torch.randint(0, 40, (600,))
    results = [
        run(BatchEvaluator(CalibrationError()), batched(*made, size), 600)
        for size, made in (
            (1, (scores, labels)),
            (600, (scores.flip(0), labels.flip(0))),
        )
    ]
    assert results[0] == results[1]
    for key, norm in (('ece', 'l1'), ('mce', 'max')):
        expected = 100 * calibration_error(scores, labels, norm=norm).item()
        got = results[0][f'calibration/{key}']
        assert got == pytest.approx(expected, rel=1e-13, abs=0)


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
