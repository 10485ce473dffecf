"""A run on a folder of photographs, with random weights: no training."""

from pathlib import Path

import torch

from mmlt.runs.preflight import complete_config
from mmlt.runs.recipes import load_recipe
from tests.export_models import build
from tests.test_bad_inputs.in_process import isolated, run
from tests.test_projects.conftest import draw

COUNTS = (24, 13, 10, 10)
CLASSES = [f'kind {label}' for label in range(len(COUNTS))]


def make_photo_run(place: Path) -> Path:
    """Draw ``photos``, begin the project ``ours``, write the folder ``run``.

    Args:
        place: Folder of the three.

    Returns:
        The folder of the run; its config names a training, a validation and
        a test list.
    """
    draw(place / 'photos', COUNTS)
    done = run(
        [
            *('new', 'ours', '--images', 'photos', '--method', 'ce'),
            *('--size', 32, '--val', 0.3),
        ],
        place,
    )
    assert done.code == 0, done.errors
    with isolated(place):
        cfg = load_recipe('ours/ce.py')
    for part in ('train', 'val', 'test'):
        cfg[f'{part}_dataloader'].num_workers = 0
        cfg[f'{part}_dataloader'].pop('persistent_workers', None)
    folder = place / 'run'
    folder.mkdir()
    cfg.work_dir = str(folder)
    cfg.dump(folder / 'ce.py')
    complete_config(cfg)
    model = build(cfg.model)
    with torch.no_grad():
        model.head.fc.weight *= 8
    meta = {
        'class_counts': list(COUNTS),
        'dataset_meta': {'classes': CLASSES},
        'epoch': 1,
    }
    torch.save(
        {'state_dict': model.state_dict(), 'meta': meta},
        folder / 'epoch_1.pth',
    )
    (folder / 'last_checkpoint').write_text(str(folder / 'epoch_1.pth'))
    return folder
