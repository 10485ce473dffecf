"""A training on files, its crops drawn by workers, and the same resumed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

ROOT = Path(__file__).parents[2]
CONFIG = """
_base_ = [
    '{root}/configs/_base_/models/resnet20_digits.py',
    '{root}/configs/_base_/default_runtime.py',
]
model = dict(
    head=dict(num_classes=3),
    data_preprocessor=dict(
        type='BatchDataPreprocessor',
        num_classes=3,
        mean=[128.0, 128.0, 128.0],
        std=[64.0, 64.0, 64.0],
        augments=[dict(type='BatchRandomFlip', prob=0.5)],
    ),
)
train_dataloader = dict(
    batch_size=5,
    num_workers=2,
    dataset=dict(
        type='LongTailedList',
        ann_file='list.txt',
        data_root={data!r},
        classes=['ant', 'bee', 'été'],
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='RandomResizedCrop', scale=16),
            dict(
                type='RandAugment',
                policies='timm_increasing',
                num_policies=2,
                total_level=10,
                magnitude_level=9,
                magnitude_std=0.5,
            ),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='LongTailSampler', strategy='class_balanced'),
    collate_fn=dict(type='batch_collate'),
)
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9))
train_cfg = dict(by_epoch=True, max_epochs=3)
val_dataloader = val_cfg = val_evaluator = None
test_dataloader = test_cfg = test_evaluator = None
"""
STEPS = 3  # an epoch: 12 images in batches of 5


@pytest.fixture
def config(image_folder, tmp_path):
    """A recipe for twelve files."""
    lines = [
        f'{path.relative_to(image_folder).as_posix()} {label}\n'
        for label, name in enumerate(('ant', 'bee', 'été'))
        for path in sorted((image_folder / name).iterdir())
    ]
    (image_folder / 'list.txt').write_text(''.join(lines), 'utf-8')
    path = tmp_path / 'files.py'
    path.write_text(
        CONFIG.format(root=ROOT.as_posix(), data=str(image_folder)), 'utf-8'
    )
    return path


class Sums:
    """The sum of each image of a training, by step."""

    def __init__(self, runner):
        self.seen = {}
        step = runner.model.train_step

        def train_step(data, optim_wrapper):
            sums = data['inputs'].sum(dim=(1, 2, 3), dtype=torch.int64)
            self.seen[runner.iter] = sums.tolist()
            return step(data, optim_wrapper)

        runner.model.train_step = train_step


def train(config, work_dir, resume=False, **options):
    """Weights after a training, and what it has seen."""
    cfg = Config.fromfile(config)
    cfg.merge_from_dict({k.replace('__', '.'): v for k, v in options.items()})
    cfg.work_dir, cfg.resume = str(work_dir), resume
    cfg.experiment_name = f'{work_dir.name}-{time.time()}'
    cfg.log_level = 'ERROR'
    runner = Runner.from_cfg(cfg)
    sums = Sums(runner)
    runner.train()
    return runner.model.state_dict(), sums.seen


def assert_same(weights, others):
    assert weights.keys() == others.keys()
    for name, value in weights.items():
        assert torch.equal(value, others[name]), name


@pytest.fixture
def through(config, tmp_path):
    """An uninterrupted training."""
    return train(config, tmp_path / 'through')


def test_a_resumed_training_sees_the_same_crops(config, tmp_path, through):
    weights, seen = through
    assert len(seen) == 3 * STEPS
    assert len({s for sums in seen.values() for s in sums}) >= 34
    options = dict(train_dataloader__num_workers=0)
    train(config, tmp_path / 'part', train_cfg__max_epochs=1, **options)
    # and from the second epoch with another number of workers
    options = dict(
        train_dataloader__num_workers=1,
        train_dataloader__persistent_workers=True,
    )
    again, rest = train(config, tmp_path / 'part', resume=True, **options)
    assert rest == {k: v for k, v in seen.items() if k >= STEPS}
    assert_same(weights, again)


def test_the_number_of_workers_does_not_matter(config, tmp_path, through):
    weights, seen = through
    for workers in (0, 1, 4):
        options = dict(train_dataloader__num_workers=workers)
        others, sums = train(config, tmp_path / f'{workers}', **options)
        assert sums == seen
        assert_same(weights, others)


def test_another_seed_sees_other_crops(config, tmp_path, through):
    _, seen = through
    _, other = train(
        config,
        tmp_path / 'other',
        randomness=dict(seed=7),
        train_cfg__max_epochs=1,
    )
    sums = {s for step in range(STEPS) for s in seen[step]}
    assert not sums & {s for part in other.values() for s in part}


@pytest.mark.parametrize(
    ('sampler', 'workers'), [('InfiniteSampler', 1), ('DefaultSampler', 0)]
)
def test_a_loop_of_iterations_resumes_too(
    config, tmp_path, monkeypatch, sampler, workers
):
    """Crops alone: flips of whole batches begin anew inside a pass."""
    monkeypatch.setattr('mmengine.runner.loops.time.sleep', lambda _: None)

    def run(name, max_iters, **kwargs):
        loop = dict(by_epoch=False, max_iters=max_iters, val_interval=100)
        return train(
            config,
            tmp_path / name,
            train_cfg=dict(_delete_=True, **loop),
            train_dataloader__sampler=dict(_delete_=True, type=sampler),
            train_dataloader__num_workers=workers,
            default_hooks__checkpoint=dict(by_epoch=False, interval=4),
            **kwargs,
        )

    _, seen = run('through', 10)
    count = sum(map(len, seen.values()))
    assert len({s for sums in seen.values() for s in sums}) >= count - 2
    run('part', 4)
    _, rest = run('part', 10, resume=True)
    assert rest == {k: v for k, v in seen.items() if k >= 4}


@pytest.mark.slow
def test_a_killed_training_resumes_to_the_same_weights(config, tmp_path):
    """The tool, killed in its second epoch: the last bit is the same."""
    env = {**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}
    # 80 steps an epoch: long enough to be killed in
    text = config.read_text('utf-8').replace(
        'data_root=', 'indices=[0, 1, 7, 10] * 100, data_root='
    )
    config.write_text(text, 'utf-8')

    def command(name, *options):
        return [
            *(sys.executable, 'tools/train.py', str(config)),
            *('--work-dir', str(tmp_path / name), *options),
        ]

    def call(*words):
        subprocess.run(
            command(*words),
            cwd=ROOT,
            env=env,
            check=True,
            timeout=300,
            stdout=subprocess.DEVNULL,
        )

    def weights(name):
        path = tmp_path / name / 'epoch_3.pth'
        return torch.load(path, weights_only=False)['state_dict']

    call('through')
    process = subprocess.Popen(
        command('killed'), cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    deadline = time.time() + 300
    while not (tmp_path / 'killed/last_checkpoint').exists():
        assert process.poll() is None, 'ended before its first checkpoint'
        assert time.time() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / 'killed/epoch_3.pth').exists()
    call('killed', '--resume')
    assert_same(weights('through'), weights('killed'))
