"""Time the vMF classifier of boxes against a linear one, at the size of LVIS.

    python benchmarks/box_classifier.py [--out FILE] [--rounds 40]

Forward and backward of 1,024 boxes of 1,024 features in 1,203 classes, from
the features to the gradients of features and parameters. ``Linear`` has C + 1
scores, ``NormedLinear`` (mmdetection's, for Seesaw) and ``VMFLinear`` C + 2.
The routes take turns in one run, and the ratio is that of each turn, so other
work on the machine meets both; the CPU seconds of the process are counted.
Needs mmdetection (docs/detection.md).
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from _common import environment, write
from mmdet.registry import MODELS

from mmlt.dense.detection import VMFLinear


def routes(boxes: int, dim: int, classes: int) -> dict[str, Callable]:
    """Name -> forward and backward of a classifier."""
    torch.manual_seed(0)
    features = torch.randn(boxes, dim).relu().requires_grad_()
    layers = {
        'Linear': torch.nn.Linear(dim, classes + 1),
        'NormedLinear': MODELS.build(
            dict(
                type='NormedLinear',
                in_features=dim,
                out_features=classes + 2,
                temperature=20,
            )
        ),
        'VMFLinear': VMFLinear(dim, classes + 2),
        'VMFLinear, background a class': VMFLinear(
            dim, classes + 1, background='class', background_prior=0.75
        ),
    }
    counts = torch.logspace(0, 4.7, classes).long()
    found = {}
    for name, layer in layers.items():
        if isinstance(layer, VMFLinear):
            layer.set_class_counts(counts)
        seeds = torch.randn(boxes, layer(features).shape[1])

        def step(layer=layer, seeds=seeds) -> None:
            layer.zero_grad()
            features.grad = None
            layer(features).backward(seeds)

        found[name] = step
    return found


def measure(calls: dict[str, Callable], rounds: int) -> dict:
    """Milliseconds of each route, and its ratio to the first one."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 3):
        for name, call in calls.items():
            begin = time.process_time()
            call()
            if number >= 3:  # warm
                times[name].append(1e3 * (time.process_time() - begin))
    first = next(iter(times.values()))
    found = {}
    for name, values in times.items():
        ratios = [a / b for a, b in zip(values, first, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        found[name] = {
            'cpu_ms': round(statistics.median(values), 1),
            'least_cpu_ms': round(min(values), 1),
            'ratio': round(middle, 3),
            'ratio_quartiles': [round(low, 3), round(high, 3)],
        }
    return found


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--out', type=Path, help='JSON to write')
    parser.add_argument('--rounds', type=int, default=40)
    parser.add_argument('--boxes', type=int, default=1024)
    parser.add_argument('--dim', type=int, default=1024)
    parser.add_argument('--classes', type=int, default=1203)
    args = parser.parse_args()
    torch.set_num_threads(1)
    size = {k: getattr(args, k) for k in ('boxes', 'dim', 'classes')}
    found = measure(routes(**size), args.rounds)
    report = {
        **environment('onedl-mmdetection'),
        **size,
        'rounds': args.rounds,
        'classifiers': found,
    }
    write(report, args.out)


if __name__ == '__main__':
    main()
