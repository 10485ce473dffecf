from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mmlt.runs.dump import (
    TENSORS,
    dump_of,
    file_hash,
    load_predictions,
    save_predictions,
)
from mmlt.structures import ImagePredictions

REFERENCES = Path(__file__).parents[1] / 'references'
NAMES = [f'class {c}' for c in range(7)] + ['été']


def predictions(split, **meta):
    """Of eight classes, 50 images each; no FCCNeck."""
    generator = torch.Generator().manual_seed(0)
    positive = torch.linspace(0.5, 0.1, 8)
    return ImagePredictions(
        logits=torch.randn(400, 8, generator=generator),
        labels=torch.arange(8).repeat_interleave(50),
        class_counts=torch.tensor([500, 200, 101, 60, 20, 12, 8, 5]),
        meta=dict(split=split, **meta),
        bias=torch.zeros(8),
        weight_norm=positive,
        kappa=positive,
        overlap=positive,
        features=torch.randn(400, 3, generator=generator),
        overlap_matrix=torch.rand(8, 8, generator=generator).double(),
        class_names=NAMES,
        image_paths=[f'kind/é {i}.png' for i in range(400)],
        sample_idx=torch.arange(400),
    )


def test_predictions_survive_the_file(tmp_path):
    before = predictions('val')
    save_predictions(before, tmp_path / 'deep' / 'a.npz')
    after = load_predictions(tmp_path / 'deep' / 'a.npz')
    assert after.meta == before.meta
    for name in TENSORS:
        if name != 'tau':
            assert torch.equal(getattr(after, name), getattr(before, name))
    assert after.tau is None
    assert after.overlap_matrix.dtype == torch.float64
    assert after.class_names == before.class_names
    assert after.image_paths == before.image_paths


def test_a_file_of_an_earlier_version_is_read():
    """Written by ``save_predictions`` of commit f3669fc."""
    got = load_predictions(REFERENCES / 'predictions_f3669fc.npz')
    assert got.meta['checkpoint_hash'] == '0123456789abcdef'
    assert got.class_counts.tolist() == [9, 3, 1]
    assert got.logits.shape == (6, 3)
    assert got.features.shape == (6, 2)
    assert got.kappa.tolist() == [2.0, 1.0, 0.5]
    assert got.overlap_matrix is None
    assert got.class_names is None
    assert got.image_paths is None
    assert got.sample_idx is None


def test_other_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match='does not exist'):
        load_predictions(tmp_path / 'no.npz')
    np.savez(tmp_path / 'other.npz', a=np.zeros(3))
    with pytest.raises(ValueError, match='dump_predictions'):
        load_predictions(tmp_path / 'other.npz')
    (tmp_path / 'text.npz').write_text('no')
    with pytest.raises(ValueError, match='dump_predictions'):
        load_predictions(tmp_path / 'text.npz')
    with pytest.raises(ValueError, match='.npz'):
        save_predictions(predictions('val'), tmp_path / 'a.pt')
    with pytest.raises(ValueError, match='split'):
        predictions('holdout')


def test_values_that_nothing_has_are_refused(tmp_path):
    path = tmp_path / 'a.npz'

    def refused(match, **change):
        good = predictions('test')
        save_predictions(replace(good, **change), path)
        with pytest.raises(ValueError, match=match) as caught:
            load_predictions(path)
        assert str(path) in str(caught.value)

    good = predictions('test')
    for value in (float('nan'), float('inf')):
        logits = good.logits.clone()
        logits[7, 3] = value
        refused(
            '1 of 400 samples have one, the first is sample 7', logits=logits
        )
    labels = good.labels.clone()
    labels[5] = 8
    refused('labels from 0 to 7, but got 8', labels=labels)
    labels[5] = -1
    refused('labels from 0 to 7, but got -1', labels=labels)
    refused('`labels` to be whole', labels=good.labels.float())
    refused('labels in int64', labels=good.labels.int())
    refused('images per class', class_counts=torch.zeros(8).long())
    empty = {'logits': good.logits[:0], 'labels': good.labels[:0]}
    refused('of a sample', **empty, image_paths=None, sample_idx=None)
    # a class that was masked out is none of these
    logits = good.logits.clone()
    logits[:, 3] = -float('inf')
    save_predictions(replace(good, logits=logits), path)
    load_predictions(path)


def test_damaged_files_are_named(tmp_path):
    path = tmp_path / 'a.npz'
    save_predictions(predictions('test'), path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    wrong = bytes(255 - b for b in whole[middle : middle + 200])
    for content in (
        b'',
        whole[:middle],
        whole[:middle] + wrong + whole[middle + 200 :],
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match='a.npz to be written by'):
            load_predictions(path)


@pytest.fixture
def run(tmp_path):
    """A work directory with predictions of its checkpoint."""
    (tmp_path / 'a.py').touch()
    checkpoint = tmp_path / 'epoch_2.pth'
    checkpoint.write_bytes(b'weights')
    (tmp_path / 'last_checkpoint').write_text('/gone/epoch_2.pth')
    meta = dict(
        checkpoint='/gone/epoch_2.pth', checkpoint_hash=file_hash(checkpoint)
    )
    path = tmp_path / 'predictions_test.npz'
    save_predictions(predictions('test', **meta), path)
    return tmp_path


def test_the_file_of_a_run_is_of_its_checkpoint(run):
    path = run / 'predictions_test.npz'
    assert dump_of(run, 'test') == path
    assert dump_of(run, 'test', ['features', 'class_names']) == path
    assert dump_of(run, 'test', ['features', 'tau']) is None
    assert dump_of(run, 'train') is None
    path.rename(run / 'predictions_train.npz')
    assert dump_of(run, 'train') is None  # it says itself what it is
    (run / 'predictions_train.npz').rename(path)
    (run / 'epoch_2.pth').write_bytes(b'others')
    assert dump_of(run, 'test') is None


def test_of_a_deleted_checkpoint_the_name_is_compared(run):
    (run / 'epoch_2.pth').unlink()
    assert dump_of(run, 'test') == run / 'predictions_test.npz'
    (run / 'last_checkpoint').write_text('epoch_3.pth')
    assert dump_of(run, 'test') is None


def test_a_damaged_file_of_a_run_is_named(run):
    (run / 'predictions_test.npz').write_bytes(b'no')
    with pytest.raises(ValueError, match='predictions_test.npz to be'):
        dump_of(run, 'test')
