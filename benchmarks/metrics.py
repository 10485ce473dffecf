"""Time all metrics at once beside torchmetrics' ECE and accuracy alone.

    python benchmarks/metrics.py [--out FILE] [--samples 50000]

Scores of 8,142 classes (the size of iNaturalist 2018) are made chunk by
chunk, the same for both; only the updates and the final numbers are timed.
Both take turns chunk by chunk in one run. Peak memory is of a run of ours
alone, in a process of its own, chunk included.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import torch
from _common import environment, write
from torchmetrics.classification import (
    MulticlassAccuracy,
    MulticlassCalibrationError,
)

from mmlt.functional import ClassificationState, classification_summary

TARGET_RATIO = 1.5
TARGET_MIB = 2048


def chunks(samples: int, classes: int, size: int, kind: str):
    """Scores and labels; some columns stand out, as in real predictions."""
    generator = torch.Generator().manual_seed(0)
    for start in range(0, samples, size):
        n = min(size, samples - start)
        scores = torch.randn(n, classes, generator=generator)
        labels = torch.randint(0, classes, (n,), generator=generator)
        boost = 12 * torch.rand(n, 1, generator=generator)
        scores.scatter_add_(1, labels[:, None], boost)
        yield scores.softmax(1) if kind == 'probabilities' else scores, labels


class Ours:
    """All metrics in one pass."""

    def __init__(self, classes: int, kind: str) -> None:
        counts = torch.linspace(1000, 2, classes).long()
        self.state = ClassificationState(classes, class_counts=counts)
        self.kind = kind

    def update(self, scores, labels) -> None:
        """Add a chunk."""
        self.state.update(scores, labels, self.kind)

    def compute(self) -> dict:
        """Every number."""
        return classification_summary(self.state)['numbers']


class Theirs:
    """ECE and accuracy, nothing else."""

    def __init__(self, classes: int, kind: str) -> None:
        self.metrics = {
            'top1': MulticlassAccuracy(classes, average='micro'),
            'ece': MulticlassCalibrationError(classes, n_bins=15),
        }

    def update(self, scores, labels) -> None:
        """Add a chunk to both."""
        for metric in self.metrics.values():
            metric.update(scores, labels)

    def compute(self) -> dict:
        """Both numbers."""
        return {k: m.compute().item() for k, m in self.metrics.items()}


def run(args: argparse.Namespace, kind: str, rivals: dict) -> dict:
    """Seconds and numbers of each rival on the same chunks."""
    seconds = dict.fromkeys(rivals, 0.0)
    for i, (scores, labels) in enumerate(
        chunks(args.samples, args.classes, args.chunk, kind)
    ):
        # in turns, so that a slow moment of the machine hits both
        names = list(rivals) if i % 2 else list(reversed(rivals))
        for name in names:
            start = time.perf_counter()
            rivals[name].update(scores, labels)
            seconds[name] += time.perf_counter() - start
    numbers = {}
    for name, rival in rivals.items():
        start = time.perf_counter()
        numbers[name] = rival.compute()
        seconds[name] += time.perf_counter() - start
    return {'seconds': seconds, 'numbers': numbers}


def memory(args: argparse.Namespace) -> float:
    """Peak MiB of ours alone, in a process of its own."""
    done = subprocess.run(
        [
            *(sys.executable, __file__, '--memory'),
            *('--samples', str(args.samples), '--classes', str(args.classes)),
            *('--chunk', str(args.chunk)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Time it, print the ratio, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog='Example: python benchmarks/metrics.py --out '
        'benchmarks/results/metrics_cpu.json',
    )
    parser.add_argument('--samples', type=int, default=50000)
    parser.add_argument('--classes', type=int, default=8142)
    parser.add_argument('--chunk', type=int, default=256)
    parser.add_argument(
        '--kinds', nargs='+', default=['probabilities', 'logits']
    )
    parser.add_argument('--out', type=Path, help='JSON file')
    parser.add_argument('--memory', action='store_true', help='internal')
    args = parser.parse_args()
    if args.memory:
        run(
            args,
            'probabilities',
            {'ours': Ours(args.classes, 'probabilities')},
        )
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)
        return
    result = {
        'environment': environment('torchmetrics'),
        'samples': args.samples,
        'classes': args.classes,
        'chunk': args.chunk,
        'peak_memory_mib_of_ours': round(memory(args)),
        'target_mib': TARGET_MIB,
        'target_ratio': TARGET_RATIO,
    }
    for kind in args.kinds:
        rivals = {
            'ours': Ours(args.classes, kind),
            'torchmetrics': Theirs(args.classes, kind),
        }
        timed = run(args, kind, rivals)
        ours, theirs = (
            timed['seconds']['ours'],
            timed['seconds']['torchmetrics'],
        )
        result[kind] = {
            'seconds_ours_all_metrics': round(ours, 2),
            'seconds_torchmetrics_ece_and_accuracy': round(theirs, 2),
            'ratio': round(ours / theirs, 3),
            'ours': timed['numbers']['ours'],
            'torchmetrics': timed['numbers']['torchmetrics'],
        }
    write(result, args.out)
    for kind in args.kinds:
        print(f'{kind}: {result[kind]["ratio"]} x torchmetrics')


if __name__ == '__main__':
    main()
