"""Time training with the runner, ours against stock mmpretrain.

    python benchmarks/training_speed.py [--out FILE] [--iters 40]

ResNet-32, batch 128, random crop with padding and flip, SGD, on random
CIFAR-sized images. Stock: mmpretrain's classifier, per-image pipeline with two
workers, its collate function, preprocessor and hooks. Ours: the settings of
configs/ce/resnet32_cifar10lt.py. Each is a run of mmengine's Runner with all
its default hooks; they take turns, A B A B, in one process. Beside them the
bound: our step (forward, backward, update) on one batch that is already there,
without runner or data. ``--fcc`` adds a third turn with FCCNeck.
"""

import argparse
import tempfile
import time
from pathlib import Path

import torch
from _common import environment, peak_memory_mib, summary, write
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS

import mmlt.models  # noqa: F401
from mmlt.engine.preflight import complete_config

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 3


@HOOKS.register_module()
class StopWatch(Hook):
    """Time from the end of the warm-up to the end of the last iteration."""

    priority = 'LOWEST'

    def __init__(self, iters):
        self.iters = iters

    def after_train_iter(self, runner, batch_idx, data_batch=None, **kwargs):
        """Start and stop."""
        if runner.iter == WARM_UP:
            synchronize()
            self.start = time.perf_counter()
        elif runner.iter == WARM_UP + self.iters:
            synchronize()
            self.seconds = time.perf_counter() - self.start

    def after_train(self, runner):
        """Add up the waiting."""
        waits = runner.message_hub.get_scalar('train/data_time')
        self.waiting = float(waits.data[0][-self.iters :].sum())


def synchronize():
    """Wait for the device."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def our_config(iters: int, fcc: bool) -> Config:
    """The recipe on random images."""
    method = 'fcc' if fcc else 'ce'
    cfg = Config.fromfile(ROOT / f'configs/{method}/resnet32_cifar10lt.py')
    cfg.train_dataloader.dataset = dict(type='OurImages', pipeline=[])
    if fcc:
        cfg.model.neck[1].begin = 0
    return cfg


def stock_config(iters: int) -> Config:
    """What a user of mmpretrain alone would write."""
    cfg = our_config(iters, fcc=False)
    cfg.model.type = 'ImageClassifier'
    cfg.model.neck = cfg.model.neck[0]
    preprocessor = cfg.data_preprocessor
    cfg.data_preprocessor = dict(
        num_classes=10,
        mean=preprocessor.mean,
        std=preprocessor.std,
        to_rgb=False,
    )
    cfg.train_dataloader = dict(
        batch_size=128,
        num_workers=2,
        dataset=dict(
            type='StockImages',
            pipeline=[
                dict(type='RandomCrop', crop_size=32, padding=4),
                dict(type='RandomFlip', prob=0.5, direction='horizontal'),
                dict(type='PackInputs'),
            ],
        ),
        sampler=dict(type='DefaultSampler', shuffle=True),
        drop_last=True,
    )
    cfg.optim_wrapper = dict(
        type='OptimWrapper',
        optimizer=dict(
            type='SGD', lr=0.1, momentum=0.9, nesterov=True, weight_decay=2e-4
        ),
    )
    cfg.custom_hooks = []
    cfg.default_hooks.runtime_info = dict(type='RuntimeInfoHook')
    return cfg


def finish(cfg: Config, iters: int, work_dir: str, name: str) -> Config:
    """Settings of the measurement, the same for all."""
    for part in ('val', 'test'):
        for kind in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{part}_{kind}'] = None
    cfg.train_cfg = dict(by_epoch=False, max_iters=WARM_UP + iters + 1)
    cfg.param_scheduler = []
    cfg.default_hooks.checkpoint = None
    cfg.custom_hooks = [*cfg.custom_hooks, dict(type='StopWatch', iters=iters)]
    cfg.work_dir = work_dir
    cfg.experiment_name = name
    cfg.log_level = 'WARNING'
    return complete_config(cfg)


def run(cfg: Config, iters: int) -> tuple[float, float]:
    """Images per second, and the share of the time spent waiting for data."""
    runner = Runner.from_cfg(cfg)
    runner.train()
    watch = next(h for h in runner.hooks if isinstance(h, StopWatch))
    return 128 * iters / watch.seconds, watch.waiting / watch.seconds


def bound(cfg: Config, iters: int) -> float:
    """Images per second of our step on one resident batch."""
    runner = Runner.from_cfg(cfg)
    loop = runner.build_train_loop(cfg.train_cfg)
    wrapper = runner.build_optim_wrapper(cfg.optim_wrapper)
    model = runner.model
    model.train()
    batch = next(iter(loop.dataloader))
    batch = model.data_preprocessor(batch, training=True)
    for i in range(WARM_UP + iters):
        if i == WARM_UP:
            synchronize()
            start = time.perf_counter()
        with wrapper.optim_context(model):
            losses = model(**batch, mode='loss')
        wrapper.update_params(losses['loss'])
    synchronize()
    return 128 * iters / (time.perf_counter() - start)


def main():
    """Run the turns, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path)
    parser.add_argument('--iters', type=int, default=40)
    parser.add_argument('--pairs', type=int, default=3)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--fcc', action='store_true')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    turns = ['stock', 'ours', 'bound'] + ['fcc'] * args.fcc
    speed = {name: [] for name in turns}
    waiting = {name: [] for name in turns}
    peak = {}
    with tempfile.TemporaryDirectory() as work_dir:
        for pair in range(args.pairs):
            for name in turns:
                cfg = (
                    stock_config(args.iters)
                    if name == 'stock'
                    else our_config(args.iters, name == 'fcc')
                )
                cfg = finish(cfg, args.iters, work_dir, f'{name}{pair}')
                if name == 'bound':
                    speed[name].append(bound(cfg, args.iters))
                else:
                    images, share = run(cfg, args.iters)
                    speed[name].append(images)
                    waiting[name].append(100 * share)
                peak.setdefault(name, round(peak_memory_mib()))
    pairs = list(zip(speed['stock'], speed['ours'], strict=True))
    bounds = list(zip(speed['ours'], speed['bound'], strict=True))
    result = {
        **environment(),
        'iterations': args.iters,
        'images_per_second': {k: summary(v) for k, v in speed.items()},
        'ours_over_stock_per_pair': [round(b / a, 2) for a, b in pairs],
        'ours_over_stock': summary([b / a for a, b in pairs], 2),
        'percent_of_the_bound': summary([100 * a / b for a, b in bounds]),
        'percent_waiting_for_data': {
            k: summary(v, 2) for k, v in waiting.items() if v
        },
        'peak_memory_mib_so_far': peak,
    }
    if args.fcc:
        both = zip(speed['fcc'], speed['ours'], strict=True)
        result['percent_slower_with_fcc'] = summary(
            [100 * (b / a - 1) for a, b in both], 2
        )
    write(result, args.out)


if __name__ == '__main__':
    main()
