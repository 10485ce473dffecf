import pytest
from mmengine.evaluator import DumpResults, Evaluator

from mmlt.evaluation import BatchEvaluator

from .conftest import batched, listed, run

METRICS = [
    dict(type='Accuracy', topk=(1, 3)),
    dict(type='SingleLabelMetric'),
    dict(type='ConfusionMatrix'),
    dict(type='ShotAccuracy', class_counts=[200, 101, 100, 20, 5]),
    dict(type='CalibrationError'),
]


@pytest.mark.parametrize('size', [1, 10, 103, 200])
def test_whole_batches_give_the_numbers_of_the_parents_evaluator(
    predictions, size
):
    parent = run(Evaluator(METRICS), listed(*predictions, size), 103)
    ours = run(BatchEvaluator(METRICS), batched(*predictions, size), 103)
    parent_matrix = parent.pop('confusion_matrix/result')
    assert (ours.pop('confusion_matrix/result') == parent_matrix).all()
    assert ours == parent


def test_it_takes_the_parents_samples_too(predictions):
    ours = run(BatchEvaluator(METRICS[:1]), listed(*predictions, 10), 103)
    parent = run(Evaluator(METRICS[:1]), listed(*predictions, 10), 103)
    assert ours == parent


def test_predictions_can_be_dumped(predictions, tmp_path):
    from mmengine import load

    out = tmp_path / 'pred.pkl'
    evaluator = BatchEvaluator([DumpResults(str(out))])
    run(evaluator, batched(*predictions, 10), 103)
    rows = load(out)
    scores, labels = predictions
    assert len(rows) == 103
    assert rows[17]['pred_score'].tolist() == scores[17].tolist()
    assert rows[17]['gt_label'].tolist() == [labels[17]]
