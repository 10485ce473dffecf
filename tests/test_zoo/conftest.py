"""A finished run that costs no training, its row, and an empty zoo."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmlt.reproduce.ledger import Row, add_row
from mmlt.zoo import index
from mmlt.zoo.measuring import measured
from tests.test_report.conftest import write_run

RECIPE = 'fcc/resnet20_digitslt'
CLASSES = list('0123456789')


def in_half(path):
    """Round the weights of a checkpoint, so that storing changes nothing."""
    content = torch.load(path)
    content['meta']['dataset_meta']['classes'] = CLASSES
    for value in content['state_dict'].values():
        if value.is_floating_point():
            value.copy_(value.half())
    torch.save(content, path)


@pytest.fixture(scope='session')
def finished(tmp_path_factory):
    """Folder of a run of two epochs with random weights; what it reaches."""
    folder = tmp_path_factory.mktemp('runs') / 'fcc'
    names = {'test_dataloader__dataset__metainfo': dict(classes=CLASSES)}
    write_run(folder, RECIPE, seed=5, train_cfg__max_epochs=2, **names)
    in_half(folder / 'epoch_2.pth')
    cfg = Config.fromfile(folder / 'resnet20_digitslt.py')
    numbers = measured(cfg, folder / 'epoch_2.pth', 'cpu')
    part = {
        'config': f'configs/{RECIPE}.py',
        'arguments': [],
        'overlays': [],
        'commit': None,
        'changed': None,
        'resumed': False,
        'mmlt': '0.1.0',
        'started': '20260102_100000',
    }
    (folder / 'run.json').write_text(json.dumps([part]))
    (scalars,) = folder.glob('*/vis_data/scalars.json')
    logged = {'accuracy/top1': numbers['top1'], 'step': 2}
    scalars.write_text(json.dumps(logged))
    return folder, numbers


@pytest.fixture
def run(finished, tmp_path):
    """A copy of that run."""
    return Path(shutil.copytree(finished[0], tmp_path / 'run'))


@pytest.fixture
def row(finished):
    """Its row in a ledger."""
    numbers = {**finished[1], 'nll': 2.5}
    return Row(RECIPE, [], seed=5, epochs=2, metrics=numbers)


@pytest.fixture
def zoo(tmp_path, monkeypatch, row):
    """An empty zoo, and the ledger of the row beside it."""
    ledger = tmp_path / 'results' / 'ledger.jsonl'
    add_row(ledger, row)
    monkeypatch.setattr(index, 'ZOO', tmp_path / 'zoo')
    monkeypatch.setattr(index, 'ledger_path', lambda: ledger)
    (tmp_path / 'zoo').mkdir()
    return tmp_path / 'zoo'
