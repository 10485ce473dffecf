"""FSDP on two processes of the CPU, beside plain data parallelism."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from tests.test_distributed.processes import needs_gloo

ROOT = Path(__file__).parents[3]
BASE = ROOT / 'configs/fcc/resnet20_digitslt.py'
OVERLAY = ROOT / 'configs/_base_/strategies/fsdp.py'
SETTINGS = """
train_cfg = dict(max_epochs=2, val_interval=1)
model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5, begin=0),
    ],
)
default_hooks = dict(logger=dict(interval=1))
"""
# parts so small that the network is several
PARTS = """
strategy = dict(
    model_wrapper=dict(auto_wrap_policy=dict(min_num_params=20000))
)
"""


def train(config, work_dir, port, *options):
    done = subprocess.run(
        ['bash', 'tools/dist_train.sh', str(config), '2']
        + ['--work-dir', str(work_dir), *options],
        cwd=ROOT,
        env={
            **os.environ,
            'PORT': str(port),
            'OMP_NUM_THREADS': '1',
            'PYTHONPATH': str(ROOT),
            'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}',
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


def losses(work_dir):
    lines = [
        json.loads(line)
        for path in sorted(work_dir.glob('*/vis_data/scalars.json'))
        for line in path.read_text().splitlines()
    ]
    return [line['loss'] for line in lines if 'loss' in line]


def weights(work_dir):
    return torch.load(work_dir / 'epoch_2.pth', weights_only=False)[
        'state_dict'
    ]


@needs_gloo
@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason='a test of the CPU')
def test_fsdp_is_data_parallelism_in_parts_and_resumes(tmp_path):
    plain, parts = tmp_path / 'plain.py', tmp_path / 'parts.py'
    plain.write_text(f'_base_ = [{str(BASE)!r}]\n{SETTINGS}')
    parts.write_text(
        f'_base_ = [{str(BASE)!r}, {str(OVERLAY)!r}]\n{SETTINGS}{PARTS}'
    )
    folders = [tmp_path / name for name in ('ddp', 'fsdp', 'resumed')]
    ddp, fsdp, resumed = folders
    train(plain, ddp, 29661)
    train(parts, fsdp, 29662)
    resumed.mkdir()
    shutil.copy(fsdp / 'epoch_1.pth', resumed)
    (resumed / 'last_checkpoint').write_text(str(resumed / 'epoch_1.pth'))
    log = train(parts, resumed, 29663, '--resume')
    assert 'resumed epoch: 1' in log
    whole = losses(ddp)
    assert len(whole) == 12
    assert losses(fsdp) == whole
    assert losses(resumed) == whole[6:]
    expected = weights(ddp)
    for folder in (fsdp, resumed):
        found = weights(folder)
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[k], v) for k, v in expected.items())


def test_the_overlay_adds_to_a_recipe(tmp_path):
    path = tmp_path / 'large.py'
    recipe = ROOT / 'configs/ce/resnet152_placeslt.py'
    path.write_text(f'_base_ = [{str(recipe)!r}, {str(OVERLAY)!r}]\n')
    cfg = Config.fromfile(path)
    assert cfg.runner_type == 'FlexibleRunner'
    assert cfg.strategy.type == 'FullStateFSDPStrategy'
