"""Measure a GPU in one call, and choose how its trainings are run.

    python tools/gpu_session/measure.py OUT --seconds 560 [--tiny]

OUT/measured.json gets what was found after every step, OUT/measure.log what
the steps printed. A step that fails or takes too long is named there, and the
next one begins.
"""

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from mmlt.fileio import write_json

TOP = Path(__file__).resolve().parents[2]
MODES = ('no', 'default', 'reduce-overhead')
# CIFAR-100-LT at imbalance ratio 100, the published schedule
IMAGES = 10_847 * 200
# what is hoped for on a GPU
LEAST_OVER_STOCK = 10.0
MOST_SECONDS = 120.0


@dataclass(frozen=True)
class Step:
    """A program of the call.

    Args:
        name: Of what it measures.
        command: Words after ``python``, from the top of the checkout.
        seconds: It is stopped after these.
        writes: Whether it takes ``--out FILE``.
    """

    name: str
    command: str
    seconds: float
    writes: bool = True


def gpu_tests() -> str:
    """The command of the tests that need a GPU."""
    files = sorted((TOP / 'tests').rglob('test_*.py'))
    marked = [p for p in files if 'pytest.mark.gpu' in p.read_text('utf-8')]
    names = (str(path.relative_to(TOP)) for path in marked)
    return f'-m pytest -m gpu -rs {shlex.join(names)}'


def steps(tiny: bool) -> list[Step]:
    """What is measured, the most important first.

    Args:
        tiny: Whether it is a rehearsal on a CPU.
    """
    if tiny:
        return [
            Step('gpu_tests', gpu_tests(), 900, False),
            Step(
                'queue_jobs',
                'benchmarks/queue_jobs.py --jobs 1 2 --seconds 5 --rounds 1 '
                '--compile no',
                900,
            ),
            Step(
                'training_speed',
                'benchmarks/training_speed.py --iters 2 --block 1 --pairs 1 '
                '--no-fcc',
                900,
            ),
            Step(
                'vmf',
                'benchmarks/vmf.py --classes 64 --dim 16 --repeats 1 --dims',
                900,
            ),
        ]
    return [
        Step('gpu_tests', gpu_tests(), 90, False),
        Step(
            'queue_jobs',
            'benchmarks/queue_jobs.py --jobs 1 4 8 12 --seconds 6 --rounds 1 '
            '--patience 90 --compile no reduce-overhead default',
            360,
        ),
        Step(
            'training_speed',
            'benchmarks/training_speed.py --iters 200 --block 20 --pairs 2 '
            '--threads 8 --compile reduce-overhead',
            120,
        ),
        Step('vmf', 'benchmarks/vmf.py --device cuda --repeats 3 --dims', 60),
    ]


def run(step: Step, seconds: float, log: Path) -> dict:
    """Run a step; returns what it wrote, or why it wrote nothing."""
    words = [sys.executable, *shlex.split(step.command)]
    with tempfile.TemporaryDirectory() as top, log.open('a') as output:
        out = Path(top) / 'out.json'
        words += ['--out', str(out)] if step.writes else []
        print(f'$ {shlex.join(words)}', file=output, flush=True)
        start = time.monotonic()
        process = subprocess.Popen(
            words,
            cwd=TOP,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(max(1.0, min(step.seconds, seconds)))
        except subprocess.TimeoutExpired:
            code = None
        finally:
            # with all that it started: the next step has the GPU alone
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        found = json.loads(out.read_text()) if out.is_file() else {}
    if code is None:
        found['error'] = 'stopped: it took too long'
    elif code:
        found['error'] = f'exit code {code}, see {log.name}'
    return found | {'wall_seconds': round(time.monotonic() - start, 1)}


def best_way(
    ways: Sequence[dict], seconds: float, images: int = IMAGES
) -> dict:
    """The way of running trainings that trains the most images.

    Args:
        ways: Lines of ``benchmarks/queue_jobs.py``.
        seconds: In which trainings side by side should be finished, each of
            ``images``: those that take longer count only if none is faster.
        images: Of a training.

    Returns:
        'jobs', 'compile', 'images_per_second', and 'seconds' that a training
        takes beside the others; one training, not compiled, where nothing
        was measured.
    """
    found = []
    for way in ways:
        if 'images_per_second' not in way:
            continue
        speed = way['images_per_second']['median']
        if speed > 0:
            took = way['jobs'] * images / speed
            found.append((took <= seconds, speed, took, way))
    if not found:
        return {'jobs': 1, 'compile': 'no'}
    in_time = [line for line in found if line[0]]
    # where none is in time, the one whose trainings end first
    line = max(in_time) if in_time else min(found, key=lambda line: line[2])
    _, speed, took, way = line
    return {
        'jobs': way['jobs'],
        'compile': way['compile'],
        'images_per_second': round(speed, 1),
        'seconds': round(took, 1),
    }


def bars(measured: dict) -> dict[str, str]:
    """What was hoped for, and what came out, in words."""
    if not measured['gpu']:
        return dict.fromkeys(
            ('ours / mmpretrain', '200 epochs'), 'not measured: no GPU'
        )
    over = measured.get('training_speed', {}).get('ours_over_stock', {})
    alone = [
        IMAGES / way['images_per_second']['median']
        for way in measured.get('queue_jobs', {}).get('ways', [])
        if way['jobs'] == 1 and 'images_per_second' in way
    ]
    return {
        'ours / mmpretrain': _bar(
            over.get('median'), f'at least {LEAST_OVER_STOCK:g}'
        ),
        '200 epochs': _bar(
            min(alone, default=None), f'at most {MOST_SECONDS:g} s'
        ),
    }


def _bar(value: float | None, wanted: str) -> str:
    if value is None:
        return f'not measured; hoped for: {wanted}'
    return f'{value:.1f}; hoped for: {wanted}'


def main() -> None:
    """Go through the steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out', type=Path)
    parser.add_argument('--seconds', type=float, default=560)
    parser.add_argument(
        '--call', type=float, default=600, help='seconds of the next calls'
    )
    parser.add_argument('--tiny', action='store_true')
    args = parser.parse_args()
    end = time.monotonic() + args.seconds
    args.out.mkdir(parents=True, exist_ok=True)
    gpu = torch.cuda.is_available()
    measured = {'gpu': torch.cuda.get_device_name() if gpu else None}
    for step in steps(args.tiny):
        left = end - time.monotonic()
        if left < 5:
            measured[step.name] = {'error': 'not begun: no time was left'}
            continue
        measured[step.name] = run(step, left, args.out / 'measure.log')
        ways = measured.get('queue_jobs', {}).get('ways', [])
        measured['best'] = best_way(ways, 0.75 * args.call)
        measured['bars'] = bars(measured)
        write_json(args.out / 'measured.json', measured)
        said = measured[step.name].get('error', 'done')
        took = measured[step.name]['wall_seconds']
        print(f'{step.name}: {said}, {took:g} s', flush=True)
    print(f'best: {measured["best"]}')
    for name, said in measured['bars'].items():
        print(f'{name}: {said}')


if __name__ == '__main__':
    main()
