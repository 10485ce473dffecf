"""Recipes for the large data sets through tools/train.py, on twelve JPEGs.

The real list has 115,846 images; here every class has one line, and the
lines share twelve small files. Two steps, two batches of validation.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS
from PIL import Image

from mmlt.cli.main import main
from mmlt.datasets.bad_images import BadImageError
from mmlt.datasets.known_splits import KNOWN_SPLITS

ROOT = Path(__file__).parents[2]
SIZE = 64  # pixels, instead of 224
BATCH = 4
DATA = dict(imagenetlt=1000, placeslt=365, inat18=8142)
# of each way to train one; every other recipe differs in part of these
RECIPES = [
    'ce/resnet10_imagenetlt',
    'fcc/resnet10_imagenetlt',
    'fcc/resnet50_inat18',
    'vmf/resnext50_imagenetlt',
    'bsce/resnet50_imagenetlt',
    'bsce/vit-base-p16-lora_imagenetlt',
    'lift/plus_vit-base-p16_imagenetlt',
    'sade/resnet10_imagenetlt',
    'sade/resnext50_imagenetlt',
    'ncl/resnet50_imagenetlt',
    'proco/resnet50_imagenetlt',
    'cuda/resnet50_imagenetlt',
    'crt/resnet10_imagenetlt',
    'lws/resnet10_imagenetlt',
    'tau_norm/resnet10_imagenetlt',
]


@pytest.fixture(scope='module')
def roots(tmp_path_factory):
    """A folder with the lists of each data set and twelve images."""
    found = {}
    rng = np.random.RandomState(0)
    for name, num_classes in DATA.items():
        root = found[name] = tmp_path_factory.mktemp(name)
        for i in range(12):
            pixels = rng.randint(0, 256, (80 + i, 96, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / f'{i}.jpg')
        # one image of each class, and some more of the first ones
        labels = [*range(num_classes), *range(5), *range(2)]
        lines = [f'{i % 12}.jpg {label}\n' for i, label in enumerate(labels)]
        for split in KNOWN_SPLITS[name].values():
            (root / split.file).write_text(''.join(lines))
    return found


@pytest.fixture
def train(monkeypatch, capfd):
    """Call tools/train.py; returns what it wrote."""
    monkeypatch.chdir(ROOT)

    def call(*arguments):
        main(['train', *arguments])
        out, err = capfd.readouterr()
        return out + err

    return call


def options(cfg, root, folder):
    """What makes a recipe small, for ``--cfg-options``."""
    found = {'default_hooks.logger.interval': 1}
    if cfg.train_cfg.max_epochs:
        found |= {'train_cfg.max_epochs': 1, 'train_cfg.val_interval': 1}
    for name in ('train', 'val', 'test'):
        loader = cfg[f'{name}_dataloader']
        key = f'{name}_dataloader'
        found |= {
            f'{key}.dataset.data_root': root,
            f'{key}.batch_size': BATCH,
            f'{key}.num_workers': 0,
            f'{key}.num_batch_per_epoch': 2,
        }
        for i, step in enumerate(loader.dataset.pipeline):
            pipeline = f'{key}.dataset.pipeline.{i}'
            if step.type == 'MinimalistCrop':
                found[f'{pipeline}.size'] = SIZE
            elif step.type == 'RandomResizedCrop':
                found[f'{pipeline}.scale'] = SIZE
            elif step.type == 'ResizeEdge':
                found[f'{pipeline}.scale'] = SIZE + 8
            elif step.type == 'CenterCrop':
                found[f'{pipeline}.crop_size'] = SIZE
    for i, scheduler in enumerate(cfg.param_scheduler):
        if 'T_max' in scheduler:
            found[f'param_scheduler.{i}.T_max'] = 1
            found[f'param_scheduler.{i}.end'] = 1
    network = cfg.model.backbone
    if 'module' in network:  # it wants the weights of its network
        path = folder / 'weights.pth'
        network.module.img_size = SIZE
        plain = MODELS.build({**network.module, 'init_cfg': None})
        state = plain.state_dict()
        prefix = network.module.init_cfg.prefix
        state = {f'{prefix}.{k}': v for k, v in state.items()}
        torch.save({'state_dict': state}, path)
        found['model.backbone.module.init_cfg.checkpoint'] = path
        found['model.backbone.module.img_size'] = SIZE
    elif 'init_cfg' in network:
        found['model.backbone.init_cfg'] = None
    for i, hook in enumerate(cfg.custom_hooks):
        if hook.type == 'ClassifierStartHook':
            path = folder / 'start.pth'
            weight = torch.randn(cfg.model.head.num_classes, 768)
            torch.save({'state_dict': {'fc.weight': weight}}, path)
            found[f'custom_hooks.{i}.weights'] = path
    return found


@pytest.mark.slow
@pytest.mark.parametrize('recipe', RECIPES)
def test_recipe_trains_and_validates(recipe, roots, train, tmp_path):
    path = ROOT / 'configs' / f'{recipe}.py'
    root = roots[recipe.rsplit('_', 1)[1]]
    cfg = Config.fromfile(path)
    settings = options(cfg, root, tmp_path)
    if 'first_stage' in cfg:
        first = Config.fromfile(
            ROOT / 'configs' / cfg.first_stage.config.removeprefix('mmlt::')
        )
        settings |= {
            f'first_stage.{key}': value
            for key, value in options(first, root, tmp_path).items()
        }
    run = tmp_path / 'run'
    output = train(
        path,
        *('--work-dir', run, '--cfg-options'),
        *(f'{key}={value}' for key, value in settings.items()),
    )
    folders = [run / 'stage1'] if 'first_stage' in cfg else []
    if cfg.train_cfg.max_epochs:
        folders.append(run)
    else:  # a test of the first stage
        assert 'Epoch(test) [2/2]' in output
        assert not (run / 'epoch_1.pth').exists()
    assert 'Epoch(val) [1][2/2]' in output
    for folder in folders:
        (log,) = folder.glob('*/vis_data/scalars.json')
        rows = [json.loads(line) for line in log.read_text().splitlines()]
        losses = [row['loss'] for row in rows if 'loss' in row]
        assert len(losses) == 2  # of two steps
        assert np.isfinite(losses).all()
        (metrics,) = [row for row in rows if 'accuracy/top1' in row]
        assert 0 <= metrics['calibration/ece'] <= 100
        state = torch.load(folder / 'epoch_1.pth', weights_only=False)
        for name, value in state['state_dict'].items():
            assert not value.is_floating_point() or value.isfinite().all()
            if name.endswith('class_counts'):
                assert value.tolist()[4:8] == [2, 1, 1, 1]


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['error', 'skip'])
def test_a_truncated_image_in_the_middle_of_an_epoch(
    kind, roots, train, tmp_path
):
    """Fatal and named; or left out, named and counted, with Windows lists."""
    root = tmp_path / 'été猫'  # mmengine drops spaces from options
    shutil.copytree(roots['imagenetlt'], root)
    for name, split in KNOWN_SPLITS['imagenetlt'].items():
        # validation never leaves an image out, so it has good ones
        images = range(12 if name == 'train' else 4)
        lines = [f'{i}.jpg {i % 3}\r\n' for i in images]
        (root / split.file).write_bytes(''.join(lines).encode())
    bad = root / '5.jpg'
    bad.write_bytes(bad.read_bytes()[: bad.stat().st_size // 2])
    path = ROOT / 'configs' / 'ce' / 'resnet10_imagenetlt.py'
    settings = options(Config.fromfile(path), root, tmp_path)
    for name in ('train', 'val', 'test'):
        del settings[f'{name}_dataloader.num_batch_per_epoch']
    settings |= {
        'train_dataloader.dataset.on_bad_image': kind,
        'train_dataloader.num_workers': 2,
    }
    command = [path, '--work-dir', tmp_path / 'run', '--cfg-options']
    command += [f'{key}={value}' for key, value in settings.items()]
    if kind == 'error':
        with pytest.raises(BadImageError, match=r'5\.jpg \(label 2, index 5'):
            train(*command)
        assert not list(tmp_path.glob('run/epoch_*'))
        return
    output = train(*command)
    assert 'Epoch(train) [1][3/3]' in output
    assert '5.jpg (label 2, index 5' in output
    assert 'could not be read and were skipped: 1.' in output
