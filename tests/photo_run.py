"""A run on a folder of photographs, made without a training.

The weights are random, but for the classifier: ridge regression on all images,
every fourth with the label of another, so that the network is right about
most of them, and wrong about some with confidence.
"""

from pathlib import Path

import torch
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from mmlt.runs.preflight import complete_config
from mmlt.runs.recipes import load_recipe
from mmlt.runs.splits import split_loader
from mmlt.structures import labels_of
from tests.export_models import build
from tests.test_bad_inputs.in_process import isolated, run
from tests.test_projects.conftest import draw

COUNTS = (24, 13, 10, 10)
RIDGE = 1.0
CLASSES = [f'kind {label}' for label in range(len(COUNTS))]


@torch.no_grad()
def fit_classifier(model, cfg) -> None:
    """Set the weights of the head, by the images of all three lists."""
    batches = [
        model.data_preprocessor(batch, training=False)
        for split in ('train', 'val', 'test')
        for batch in Runner.build_dataloader(split_loader(cfg, split))
    ]
    images = torch.cat([batch['inputs'] for batch in batches])
    y = torch.cat([labels_of(batch['data_samples']) for batch in batches])
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0  # statistics of these images
    model.train()
    model.extract_feat(images)
    model.eval()
    x = model.extract_feat(images, stage='pre_logits').double()
    x = torch.cat([x, x.new_ones(len(x), 1)], dim=1)
    y[::4] = y.roll(7)[::4]
    target = 8 * torch.nn.functional.one_hot(y).double()
    kernel = x @ x.T + RIDGE * torch.eye(len(x)).double()
    solved = x.T @ torch.linalg.solve(kernel, target)
    model.head.fc.weight.copy_(solved[:-1].T)
    model.head.fc.bias.copy_(solved[-1])


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
    pixels = cfg.data_preprocessor
    model = build(dict(cfg.model, data_preprocessor=pixels))
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        fit_classifier(model, cfg)
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
