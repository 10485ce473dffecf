"""Work directories of tiny runs on the embedded data, never trained."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from mmlt.report import RunRecord

ROOT = Path(__file__).parents[2]
COUNTS = [130, 93, 66, 47, 34, 24, 17, 12, 9, 6]
NAMES = [f'digit {c}' for c in range(10)]


def record_of(**known):
    """Record of a run; what is not given is None."""
    names = [field.name for field in fields(RunRecord)]
    return RunRecord(**(dict.fromkeys(names) | known))


def write_run(folder, recipe, seed, minutes=3, **changes):
    """A folder as tools/train.py leaves it, of a network of random weights.

    The classifier is made large, so that confidences spread.
    """
    folder.mkdir(parents=True)
    cfg = Config.fromfile(ROOT / f'configs/{recipe}.py')
    cfg.randomness.seed = seed
    cfg.work_dir = f'work_dirs/{recipe}'
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        cfg[loader].dataset.metainfo = dict(classes=NAMES)
    for key, value in changes.items():
        cfg.merge_from_dict({key.replace('__', '.'): value})
    (folder / f'{Path(recipe).name}.py').write_text(cfg.pretty_text)
    torch.manual_seed(seed)
    model = MODELS.build(cfg.model)
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(COUNTS)
    with torch.no_grad():
        model.head.fc.weight *= 8
    meta = dict(class_counts=COUNTS, dataset_meta=dict(classes=NAMES))
    torch.save(
        dict(meta=meta, state_dict=model.state_dict()), folder / 'epoch_2.pth'
    )
    (folder / 'last_checkpoint').write_text('/gone/epoch_2.pth')
    part = folder / '20260102_100000'
    (part / 'vis_data').mkdir(parents=True)
    entries = [
        dict(loss=2.5, epoch=1, step=3),
        dict(loss=1.5, epoch=2, step=6),
        {'accuracy/top1': 12.0, 'calibration/ece': float('nan'), 'step': 2},
    ]
    (part / 'vis_data' / 'scalars.json').write_text(
        '\n'.join(map(json.dumps, entries))
    )
    (part / 'run.log').write_text(
        '2026/01/02 10:00:00 - mmengine\n    CUDA available: False\n'
        f'2026/01/02 10:{minutes:02d}:00 - mmengine\n'
    )
    return folder


@pytest.fixture(scope='session')
def work_dirs(tmp_path_factory):
    """Two seeds of FCC, two of vMF."""
    top = tmp_path_factory.mktemp('work_dirs')
    recipes = [('fcc', 0), ('fcc', 2), ('vmf', 0), ('vmf', 1)]
    return [
        write_run(top / f'{name}{seed}', f'{name}/resnet20_digitslt', seed)
        for name, seed in recipes
    ]
