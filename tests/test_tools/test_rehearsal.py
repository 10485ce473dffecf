"""The rehearsal of ImageNet-LT, on 60 small JPEG files of digits."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from PIL import Image

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def rehearsal():
    """benchmarks/rehearsal.py as a module."""
    sys.path.insert(0, str(ROOT / 'benchmarks'))
    try:
        path = ROOT / 'benchmarks' / 'rehearsal.py'
        spec = importlib.util.spec_from_file_location('rehearsal', path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


def test_a_folder_of_images_is_made_once(rehearsal, tmp_path):
    images, labels = rehearsal.source_images(None)
    source = images, labels
    rehearsal.write_images(tmp_path / 'images', source, 12, 5, (40, 30))
    files = sorted((tmp_path / 'images').rglob('*.jpg'))
    assert len(files) == 60
    with Image.open(files[0]) as image:
        assert image.size == (40, 30)
    # class 11 is the second handful of class 1: none of the first
    second = tmp_path / 'images' / 'class_0011' / '0000.jpg'
    row = np.flatnonzero(labels == 1)[5]
    expected = Image.fromarray(images[row]).resize((40, 30), Image.BICUBIC)
    with Image.open(second) as image:
        difference = np.asarray(image, float) - np.asarray(expected, float)
    assert np.abs(difference).mean() < 5  # JPEG

    with pytest.raises(ValueError, match='Expected 100 images for class 10'):
        rehearsal.write_images(tmp_path / 'more', source, 12, 100, (8, 8))


def test_the_recipe_trains_on_a_folder_of_ones_own(rehearsal, tmp_path):
    """One process; two steps an epoch. Several: the slow test below."""
    data = tmp_path / 'images'
    rehearsal.write_images(
        data, rehearsal.source_images(None), 6, 10, (64, 64)
    )
    for split, rows in (('train', range(8)), ('val', [8]), ('test', [9])):
        lines = [
            f'class_{c:04d}/{i:04d}.jpg {c}\n'
            for c in range(6)
            for i in list(rows)[: 6 - c]
        ]
        (data / f'ImageNet_LT_{split}.txt').write_text(''.join(lines))
    cfg = Config.fromfile(ROOT / 'configs/fcc/resnet10_imagenetlt.py')
    args = rehearsal.argparse.Namespace(
        batch_size=10, workers=0, log_interval=1
    )
    words = rehearsal.options(args, data)[1:]
    parser = rehearsal.argparse.ArgumentParser()
    from mmengine.config import DictAction

    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    options = parser.parse_args(['--cfg-options', *words]).cfg_options
    cfg.merge_from_dict(options)
    cfg.work_dir = str(tmp_path / 'run')
    cfg.log_level = 'ERROR'
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert (runner.epoch, runner.iter) == (2, 4)
    losses, _ = runner.message_hub.get_scalar('train/loss').data
    assert np.isfinite(losses).all()
    assert runner.model.neck[1].active
    counts = runner.train_dataloader.dataset.metainfo['class_counts']
    assert counts[:7] == [6, 5, 4, 3, 2, 1, 0]
    assert len(counts) == 1000


@pytest.mark.slow
def test_the_whole_rehearsal(tmp_path):
    """Lists, checks, two processes, kill, resume, test: some minutes."""
    result = tmp_path / 'result.json'
    command = 'benchmarks/rehearsal.py --classes 6 --per-class 10 '
    command += '--max-count 8 --power 1 --size 64 64 --batch-size 2 '
    command += '--log-interval 1 --port 29653'
    done = subprocess.run(
        [sys.executable, *command.split()]
        + ['--out', str(tmp_path / 'out'), '--result', str(result)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    content = json.loads(result.read_text())
    assert content['files'] == 60
    assert len(content['checked']) >= 19
    assert any('processes end with it' in what for what in content['checked'])
