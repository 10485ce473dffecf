"""Predictions of a run: made once, and again with another checkpoint."""

from pathlib import Path

import pytest
import torch

from mmlt.runs.dump import load_predictions
from mmlt.runs.predict import class_names_of, dump_split, predictions_of
from tests.test_report.conftest import NAMES, write_run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / 'fcc', 'fcc/resnet20_digitslt', 0)


def test_predictions_are_made_once(run):
    steps = []

    def progress(loader):
        steps.append(len(loader))
        return loader

    got = predictions_of(run, 'test', progress=progress)
    assert len(steps) == 1
    assert got.logits.shape == (400, 10)
    assert got.class_names == NAMES
    assert got.overlap_matrix.diagonal().tolist() == [1.0] * 10
    assert got.features is None
    again = predictions_of(run, 'test', progress=progress)
    assert len(steps) == 1
    assert torch.equal(again.logits, got.logits)
    # with what it lacks, and then once more of another checkpoint
    path = dump_split(run, 'test', with_features=True, progress=progress)
    assert path == run / 'predictions_test.npz'
    assert load_predictions(path).features.shape == (400, 64)
    assert len(steps) == 2
    content = torch.load(run / 'epoch_2.pth', weights_only=False)
    content['state_dict']['head.fc.bias'][3] += 100
    torch.save(content, run / 'epoch_2.pth')
    got = predictions_of(run, 'test', progress=progress)
    assert len(steps) == 3
    assert (got.logits.argmax(1) == 3).all()
    # a file that is there needs no checkpoint; one that is not does
    (run / 'epoch_2.pth').unlink()
    predictions_of(run, 'test', progress=progress)
    assert len(steps) == 3
    with pytest.raises(FileNotFoundError, match='epoch_2.pth, which'):
        predictions_of(run, 'train')


def test_classes_without_names_have_numbers():
    logits = torch.zeros(2, 3)
    assert class_names_of({}, logits) == ['0', '1', '2']
    meta = dict(dataset_meta=dict(classes=('a', 'b', 'c')))
    assert class_names_of(meta, logits) == ['a', 'b', 'c']
