"""Time training with the runner, ours against stock mmpretrain.

    python benchmarks/training_speed.py [--out FILE] [--compile [MODE]]

ResNet-32, batch 128, random crop with padding and flip, SGD, on random
CIFAR-sized images. Stock: mmpretrain's classifier, per-image pipeline with two
workers, its collate function, preprocessor and hooks, float32. Ours:
configs/ce/resnet32_cifar10lt.py as it is. Each is a run of mmengine's Runner
with all its default hooks; they take turns, A B A B, in one process.

Inside each run of ours, blocks of its iterations take turns with blocks of
the bound: the same step (forward, backward, update) on one batch that is
already there, without loop, hooks or data. In the same way, steps with FCC
take turns with steps without.
"""

import argparse
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import torch
from _common import (
    environment,
    peak_memory_mib,
    reset_peak_memory,
    summary,
    synchronize,
    write,
)
from _stock import as_stock
from mmengine.config import Config
from mmengine.hooks import Hook, IterTimerHook
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS

import mmlt.models  # noqa: F401
from mmlt.runs.preflight import complete_config

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 5


@HOOKS.register_module()
class StopWatch(Hook):
    """Seconds per iteration of every block, and of what takes turns with it.

    Args:
        block: Iterations per block.
        resident: Whether a block on a resident batch follows each block.
    """

    priority = 'LOWEST'

    def __init__(self, block, resident):
        self.block = block
        self.resident = resident
        self.loop, self.bound = [], []
        self.created = time.perf_counter()

    def after_train_iter(self, runner, batch_idx, data_batch=None, **kwargs):
        """Stop a block and start the next."""
        done = runner.iter + 1 - WARM_UP
        if done < 0 or done % self.block:
            return
        synchronize()
        now = time.perf_counter()
        if done == 0:
            self.warm_up = now - self.created
        else:
            self.loop.append((now - self.start) / self.block)
        if self.resident:
            step = resident_step(runner, data_batch)
            for _ in range(1 if done else WARM_UP):
                step()
            self.bound.append(seconds(step, self.block))
            timer = next(x for x in runner.hooks if type(x) is IterTimerHook)
            timer.t = time.time()  # the block above is no waiting for data
        self.start = time.perf_counter()

    def after_train(self, runner):
        """Share of the time spent waiting for data."""
        scalars = runner.message_hub.log_scalars
        waits = scalars['train/data_time'].data[0][WARM_UP:]
        times = scalars['train/time'].data[0][WARM_UP:]
        self.waiting = float(waits.sum() / times.sum())


def resident_step(runner, data_batch):
    """One training step on one batch that is on the device."""
    model, wrapper = runner.model, runner.optim_wrapper
    batch = model.data_preprocessor(data_batch, training=True)

    def step():
        with wrapper.optim_context(model):
            losses = model(**batch, mode='loss')
        wrapper.update_params(losses['loss'])

    return step


def seconds(step, repeats: int) -> float:
    """Mean time of a call."""
    synchronize()
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    synchronize()
    return (time.perf_counter() - start) / repeats


def our_config(args, method: str = 'ce') -> Config:
    """The recipe on random images."""
    cfg = Config.fromfile(ROOT / f'configs/{method}/resnet32_cifar10lt.py')
    cfg.train_dataloader.dataset = dict(type='OurImages', pipeline=[])
    if args.dtype != 'recipe':
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'
        cfg.optim_wrapper.dtype = args.dtype if args.dtype != 'none' else None
    return cfg


def config(name: str, args, work_dir: str, turn: int) -> Config:
    """Config of a turn: 'stock', 'ours' or 'compiled'."""
    cfg = our_config(args)
    if name == 'stock':
        cfg = as_stock(cfg, dict(type='StockImages'))
    if name == 'compiled':
        cfg.compile = dict(mode=args.compile)
    return finish(cfg, args, work_dir, f'{name}{turn}', name == 'ours')


def finish(cfg, args, work_dir, name, resident=False) -> Config:
    """Settings of the measurement, the same for all."""
    for part in ('val', 'test'):
        for kind in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{part}_{kind}'] = None
    cfg.train_cfg = dict(by_epoch=False, max_iters=WARM_UP + args.iters)
    cfg.param_scheduler = []
    cfg.default_hooks.checkpoint = None
    watch = dict(type='StopWatch', block=args.block, resident=resident)
    cfg.custom_hooks = [*cfg.custom_hooks, watch]
    cfg.work_dir = work_dir
    cfg.experiment_name = name
    cfg.log_level = 'WARNING'
    return complete_config(cfg)


def run(cfg: Config) -> StopWatch:
    """Train, and return the watch."""
    runner = Runner.from_cfg(cfg)
    watch = next(h for h in runner._hooks if isinstance(h, StopWatch))
    runner.train()
    return watch


@contextmanager
def compression(neck, active: bool):
    """FCC on or off."""
    before, neck.active = neck.active, active
    yield
    neck.active = before


def cost_of_fcc(args, work_dir: str) -> dict:
    """Steps with FCC against steps without, and the neck by itself."""
    cfg = our_config(args, 'fcc')
    cfg.model.neck[1].begin = 0
    runner = Runner.from_cfg(finish(cfg, args, work_dir, 'fcc'))
    loop = runner.build_train_loop(runner._train_loop)
    wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    runner._train_loop, runner.optim_wrapper = loop, wrapper
    runner.call_hook('before_train')
    model = runner.model.train()
    step = resident_step(runner, next(iter(loop.dataloader)))
    neck = model.neck[1]
    for _ in range(WARM_UP):
        step()
    times = {True: [], False: []}
    for i in range(2 * args.pairs * args.iters):
        active = bool(i % 2) ^ bool(i // 2 % 2)  # off on, on off, ...
        with compression(neck, active):
            times[active].append(seconds(step, 1))
    device = next(model.parameters()).device
    feats = torch.randn(128, 64, device=device, requires_grad=True)
    labels = torch.arange(128, device=device) % 10

    def scale():
        neck((feats,), labels)[-1].sum().backward()

    def scale_not():
        (feats * 1).sum().backward()

    [seconds(x, 100) for x in (scale, scale_not)]
    alone = seconds(scale, 2000) - seconds(scale_not, 2000)
    plain = sorted(times[False])[len(times[False]) // 2]
    ratios = [
        100 * (a / b - 1)
        for a, b in zip(times[True], times[False], strict=True)
    ]
    ratios.sort()
    n = len(ratios)
    margin = round(0.98 * n**0.5)  # ranks of the 95 % interval of a median
    return {
        'pairs_of_steps': n,
        'percent_slower_median': round(ratios[n // 2], 2),
        'percent_slower_95_interval': [
            round(ratios[max(n // 2 - margin, 0)], 2),
            round(ratios[min(n // 2 + margin, n - 1)], 2),
        ],
        'neck_alone_us': round(1e6 * alone, 1),
        'neck_alone_percent_of_step': round(100 * alone / plain, 4),
    }


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path)
    parser.add_argument('--iters', type=int, default=40)
    parser.add_argument(
        '--block', type=int, default=5, help='iterations between two readings'
    )
    parser.add_argument('--pairs', type=int, default=3)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument(
        '--dtype', default='recipe', choices=['recipe', 'bfloat16', 'none']
    )
    parser.add_argument(
        '--compile',
        nargs='?',
        const='default',
        choices=['default', 'reduce-overhead'],
        help='a third turn with torch.compile, in this mode (default)',
    )
    parser.add_argument('--no-fcc', action='store_true')
    return parser.parse_args()


def main():
    """Run the turns, print and write the result."""
    args = parse_args()
    torch.set_num_threads(args.threads)
    turns = ['stock', 'ours'] + ['compiled'] * bool(args.compile)
    speed = {name: [] for name in turns}
    waiting = {name: [] for name in turns}
    peak = {name: [] for name in turns}
    shares, bound, warm_up, fcc = [], [], [], {}
    with tempfile.TemporaryDirectory() as work_dir:
        for pair in range(args.pairs):
            for name in turns:
                reset_peak_memory()
                watch = run(config(name, args, work_dir, pair))
                mean = sum(watch.loop) / len(watch.loop)
                speed[name].append(128 / mean)
                waiting[name].append(100 * watch.waiting)
                peak[name].append(peak_memory_mib())
                bound += [128 / t for t in watch.bound]
                # each block against the mean of its two neighbors
                sides = zip(watch.bound, watch.bound[1:], strict=False)
                shares += [
                    100 * (a + b) / 2 / t
                    for t, (a, b) in zip(watch.loop, sides, strict=False)
                ]
                if name == 'compiled':
                    warm_up.append(watch.warm_up)
        if not args.no_fcc:
            fcc = cost_of_fcc(args, work_dir)
    pairs = list(zip(speed['stock'], speed['ours'], strict=True))
    result = {
        **environment(),
        'iterations': args.iters,
        'images_per_second': {
            **{k: summary(v) for k, v in speed.items()},
            'bound': summary(bound),
        },
        'ours_over_stock_per_pair': [round(b / a, 2) for a, b in pairs],
        'ours_over_stock': summary([b / a for a, b in pairs], 2),
        'percent_of_the_bound': summary(shares),
        'percent_waiting_for_data': {
            k: summary(v, 2) for k, v in waiting.items()
        },
        'peak_memory_mib': {k: summary(v, 0) for k, v in peak.items()},
        'fcc': fcc,
    }
    if args.compile:
        both = list(zip(speed['compiled'], speed['ours'], strict=True))
        ratios = [a / b for a, b in both]
        result['compile'] = args.compile
        result['compiled_over_ours'] = summary(ratios, 2)
        result['compile_seconds'] = summary(warm_up)
    write(result, args.out)


if __name__ == '__main__':
    main()
