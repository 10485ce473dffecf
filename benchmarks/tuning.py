"""Memory and time of a training step of ViT-B/16, by kind of tuning.

    python benchmarks/tuning.py [--out FILE] [--batch 8] [--rounds 3]

Random weights and random images of 224 pixels, 1,000 classes, the head and
loss of LIFT, SGD with momentum, float32. The kinds take turns, each time in a
process of its own, which has no memory of the one before: it builds its
network, steps once to warm up, and then `--steps` times, on one thread. The
CPU seconds of the process are counted (on a GPU: wall-clock time).
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
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
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.runs.recipes import load_recipe
from mmlt.structures import BatchDataSample

RECIPE, CLASSES, SIZE = 'lift/vit-base-p16_imagenetlt', 1000, 224
KINDS = ('linear', 'adapter', 'lora', 'full')


def build(kind: str) -> torch.nn.Module:
    """The classifier of LIFT with another kind of tuning."""
    cfg = load_recipe(RECIPE).model
    network = cfg.backbone.module
    del network['init_cfg']
    if kind == 'linear':
        cfg.frozen = ['backbone']
    if kind == 'lora':
        targets = [dict(type='.*qkv')]
        cfg.backbone = dict(
            type='LoRAModel',
            module=network,
            alpha=16,
            rank=16,
            drop_rate=0.0,
            targets=targets,
        )
    elif kind != 'adapter':
        cfg.backbone = network
    model = MODELS.build(cfg)
    model.head.set_class_counts([1280 - c for c in range(CLASSES)])
    return model.train()


def step_of(kind: str, batch: int) -> tuple[Callable[[], None], int]:
    """A training step, and the number of trained parameters."""
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model = build(kind).to(device)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.01, momentum=0.9)
    images = torch.randn(batch, 3, SIZE, SIZE, device=device)
    labels = torch.randint(0, CLASSES, (batch,), device=device)
    samples = [BatchDataSample(gt_label=labels)]

    def step() -> None:
        optimizer.zero_grad()
        model(images, samples, mode='loss')['loss'].backward()
        optimizer.step()

    return step, sum(p.numel() for p in trained)


def measure(kind: str, batch: int, steps: int) -> dict:
    """Seconds an image, peak memory above that of before, parameters."""
    torch.set_num_threads(1)
    init_default_scope('mmpretrain')
    MMLogger.get_current_instance().setLevel('WARNING')
    torch.manual_seed(0)
    on_gpu = torch.cuda.is_available()
    clock = time.perf_counter if on_gpu else time.process_time
    reset_peak_memory()
    before = peak_memory_mib()
    step, trained = step_of(kind, batch)
    step()
    synchronize()
    start = clock()
    for _ in range(steps):
        step()
    synchronize()
    seconds = (clock() - start) / steps / batch
    memory = peak_memory_mib() - before
    return {'seconds': seconds, 'mib': memory, 'trained': trained}


def main() -> None:
    """Print and write what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--steps', type=int, default=2)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--out', type=Path)
    args = parser.parse_args()
    processes = multiprocessing.get_context('spawn')
    found: dict[str, list[dict]] = {kind: [] for kind in KINDS}
    for _ in range(args.rounds):
        for kind in KINDS:
            with processes.Pool(1) as pool:
                settings = kind, args.batch, args.steps
                found[kind].append(pool.apply(measure, settings))
    whole = [one['seconds'] for one in found['full']]
    rows = {}
    for kind, ones in found.items():
        ratios = [
            one['seconds'] / of for one, of in zip(ones, whole, strict=True)
        ]
        rows[kind] = {
            'trained parameters': ones[0]['trained'],
            'peak MiB': summary([one['mib'] for one in ones], 0),
            'seconds an image': summary([o['seconds'] for o in ones], 4),
            'time, full = 1': summary(ratios, 2),
        }
    result = {
        'batch': args.batch,
        'steps': args.steps,
        'rounds': args.rounds,
        'environment': environment(),
        'kinds': rows,
    }
    write(result, args.out)


if __name__ == '__main__':
    main()
