"""A report is made of finished files: no network, and no checkpoint."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS

from mmlt.cli.predictions import load_predicted_run
from mmlt.functional import vmf_overlap
from mmlt.models.heads.reading import head_to_vmf
from mmlt.report import load_run
from mmlt.report.make import make_report
from mmlt.report.names import check_same_test_set
from mmlt.report.record import flat, limits_of, shown_beside
from mmlt.report.tables import accuracy_table
from mmlt.runs.checkpoint import load_model
from mmlt.runs.folder import read_work_dir

from .conftest import NAMES, write_run


@pytest.fixture(scope='module')
def finished(tmp_path_factory):
    """A run with predictions of test and training images."""
    top = tmp_path_factory.mktemp('finished')
    folder = write_run(top / 'vmf', 'vmf/resnet20_digitslt', 0)
    load_predicted_run(folder, train=True)
    return folder


@pytest.fixture
def no_network(monkeypatch):
    def fails(*args, **kwargs):
        raise AssertionError('a network was built')

    monkeypatch.setattr(MODELS, 'build', fails)
    monkeypatch.setattr(torch.nn.Module, '__call__', fails)
    monkeypatch.setattr(torch, 'load', fails)


def test_no_network_is_built_and_no_checkpoint_needed(
    finished, no_network, tmp_path
):
    with pytest.raises(AssertionError, match='network was built'):
        load_model(read_work_dir(finished).config, finished / 'epoch_2.pth')
    pages = []
    folder = shutil.copytree(finished, tmp_path / 'run')
    for name in ('there', 'gone'):
        out = tmp_path / name
        make_report([folder], out, 'command', maps=False)
        numbers = (out / 'numbers' / 'vmf-seed0.json').read_text()
        page = (out / 'README.md').read_text().replace(str(out), '')
        pages.append((page, numbers))
        (folder / 'epoch_2.pth').unlink(missing_ok=True)
    assert pages[0] == pages[1]
    assert json.loads(numbers)['overlap_matrix'][3][3] == 100
    assert json.loads(numbers)['train']['num_samples'] > 0
    # but predictions of another checkpoint are not taken
    (folder / 'last_checkpoint').write_text('epoch_3.pth')
    with pytest.raises(FileNotFoundError, match='dump_predictions.py .*run'):
        load_run(folder)


def test_overlap_and_names_are_those_of_the_network(finished):
    model, _ = load_model(
        read_work_dir(finished).config, finished / 'epoch_2.pth'
    )
    with torch.no_grad():
        overlap = vmf_overlap(*head_to_vmf(model.head, torch.float64))
    record, predictions = load_run(finished)
    assert torch.equal(predictions.overlap_matrix, overlap)
    assert record.overlap_matrix == (100 * overlap).round(decimals=4).tolist()
    assert record.class_names == NAMES


def test_a_dump_of_an_earlier_version_is_completed(finished, tmp_path):
    """Without overlap matrix and class names; its logits stay."""
    folder = shutil.copytree(finished, tmp_path / 'run')
    path = folder / 'predictions_test.npz'
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    for name in ('overlap_matrix', 'class_names'):
        arrays.pop(name)
    arrays['logits'] += 1
    np.savez(path, **arrays)
    record, _ = load_run(folder)
    assert record.overlap_matrix is None
    assert record.class_names == [str(c) for c in range(10)]
    record, predictions = load_predicted_run(folder)
    whole, before = load_run(finished)
    assert torch.equal(predictions.logits, before.logits + 1)
    assert record.overlap_matrix == whole.overlap_matrix
    assert record.class_names == NAMES
    # and without the checkpoint it is taken as it is
    np.savez(path, **arrays)
    (folder / 'epoch_2.pth').unlink()
    record, _ = load_predicted_run(folder)
    assert record.overlap_matrix is None


def test_a_record_is_its_file(finished):
    record, _ = load_run(finished)
    content = json.loads(record.to_json())
    assert type(record)(**content) == record
    assert list(content)[0] == 'recipe'
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.seed = 1


def test_a_path_into_a_record_may_lead_nowhere(finished):
    record, _ = load_run(finished)
    assert record.at('numbers/top1') == record.numbers['top1']
    assert (
        record.at('train/classes/spread') == record.train['classes']['spread']
    )
    assert record.at('misclassified_area/lost') is None
    assert record.at('numbers/more/less') is None


@pytest.mark.parametrize(
    ('settings', 'limits'),
    [
        ({}, (100, 20)),
        (dict(test_evaluator=dict(type='Accuracy')), (100, 20)),
        (dict(test_evaluator=dict(type='ShotAccuracy', many=50)), (50, 20)),
        (
            dict(
                test_evaluator=dict(
                    type='BatchEvaluator',
                    metrics=[
                        dict(type='Accuracy'),
                        dict(type='LongTailMetric', many=50, few=5),
                    ],
                )
            ),
            (50, 5),
        ),
        (
            dict(test_evaluator=[dict(type='ShotAccuracy', few=9)]),
            (100, 9),
        ),
    ],
)
def test_limits_of_the_groups_are_those_of_the_metrics(settings, limits):
    found = limits_of(Config(settings))
    assert (found['many'], found['few']) == limits


def test_limits_that_are_given_are_taken(finished):
    usual, _ = load_run(finished)
    other, _ = load_run(finished, many=129, few=9)
    assert (usual.many, usual.few) == (100, 20)
    assert (other.many, other.few) == (129, 9)
    assert other.numbers['many'] == pytest.approx(usual.classes['recall'][0])
    assert other.numbers['few'] == pytest.approx(usual.classes['recall'][9])
    assert '129 training images' in accuracy_table([other]).note
    with pytest.raises(ValueError, match=r'many-shot classes .*100 and 129'):
        check_same_test_set([usual, other])


def test_what_explains_a_difference_is_shown_and_makes_no_other_recipe():
    plain = Config(dict(custom_hooks=[dict(type='LongTailHook')]))
    more = Config(
        dict(
            custom_hooks=[
                dict(type='LongTailHook'),
                dict(type='EMAHook', momentum=0.1),
            ],
            load_from='first.pth',
            auto_scale_lr=dict(enable=True, base_batch_size=128),
        )
    )
    folder = Path('runs/second')
    assert flat(shown_beside(plain, folder)) == {
        'load_from': None,
        'custom_hooks.LongTailHook': True,
    }
    assert flat(shown_beside(more, folder)) == {
        'load_from': 'first.pth',
        'custom_hooks.LongTailHook': True,
        'custom_hooks.EMAHook.momentum': 0.1,
        'auto_scale_lr.enable': True,
        'auto_scale_lr.base_batch_size': 128,
    }
    more.load_from = '/home/me/runs/second/epoch_9.pth'  # it was tested
    assert shown_beside(more, folder)['load_from'] is None
    assert flat({'model': {'_scope_': 'mmlt', 'type': 'A'}}) == {
        'model.type': 'A'
    }
