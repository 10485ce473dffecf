"""Numbers of a run: what very many classes leave out."""

import pytest
import torch

from mmlt.evaluation.run_numbers import MATRIX_CLASSES, run_numbers
from mmlt.report import pictures
from mmlt.structures import Predictions
from tests.test_report.conftest import record_of


@pytest.mark.parametrize('more', [0, 1])
def test_matrices_of_very_many_classes_are_left_out(more):
    size = MATRIX_CLASSES + more
    labels = torch.arange(size)
    predictions = Predictions(
        logits=torch.eye(size),
        labels=labels,
        class_counts=labels.flip(0) + 1,
        meta=dict(split='test'),
        overlap_matrix=torch.ones(size, size),
    )
    numbers = run_numbers(predictions)
    assert numbers['numbers']['top1'] == 100
    kept = {'confusion', 'overlap_matrix'}
    assert {k for k in kept if numbers[k] is None} == (kept if more else set())
    record = record_of(
        name='ce', seed=1, class_names=list(map(str, labels)), **numbers
    )
    drawn = [f([record]) for f in (pictures.confusion, pictures.overlap)]
    assert [picture is None for picture in drawn] == [bool(more)] * 2
