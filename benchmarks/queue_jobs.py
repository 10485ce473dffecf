"""Images a second of all trainings together, by how many run side by side.

    python benchmarks/queue_jobs.py [--jobs 1 2] [--compile no] [--out FILE]

ResNet-32, batch 128, as configs/ce/resnet32_cifar10lt.py, on random images.
The threads of the machine are divided among the trainings (on a GPU they share
it). The ways take turns, so that other work on the machine affects them alike;
iterations are counted from the moment when all trainings have made five. The
file is written after every turn. A way that fails is named, and the others go
on.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from _common import environment, summary, write
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS
from training_speed import our_config

from mmlt.runs.preflight import complete_config

WARM_UP = 5
BATCH = 128


@HOOKS.register_module()
class TimeStamps(Hook):
    """Write down when each iteration has ended.

    Args:
        path: File that gets a line each.
    """

    def __init__(self, path):
        self.path = Path(path)

    def after_train_iter(self, runner, *args, **kwargs):
        """Add a line."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        with self.path.open('a') as file:
            file.write(f'{time.time()}\n')


def train(path: Path, threads: int, compiled: str) -> None:
    """Train until somebody ends this process."""
    torch.set_num_threads(threads)
    cfg = our_config(argparse.Namespace(dtype='recipe'))
    for part in ('val', 'test'):
        for kind in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{part}_{kind}'] = None
    cfg.compile = dict(mode=compiled) if compiled != 'no' else False
    cfg.train_cfg = dict(by_epoch=False, max_iters=10**9)
    cfg.param_scheduler = []
    cfg.default_hooks.checkpoint = None
    cfg.custom_hooks = [
        *cfg.custom_hooks,
        dict(type='TimeStamps', path=str(path)),
    ]
    cfg.work_dir = str(path.parent)
    cfg.log_level = 'WARNING'
    Runner.from_cfg(complete_config(cfg)).train()


def images_per_second(
    jobs: int, compiled: str, seconds: float, patience: float
) -> float:
    """Of some trainings together, in a window that all of them fill.

    Raises:
        RuntimeError: If one of them ends, is not ready in time, or none of
            them comes on.
    """
    threads = max(1, torch.get_num_threads() // jobs)
    with tempfile.TemporaryDirectory() as top:
        files = [Path(top, str(n), 'times') for n in range(jobs)]
        started = []
        try:
            for file in files:
                file.parent.mkdir()
                command = [sys.executable, __file__, '--train', str(file)]
                command += ['--threads', str(threads)]
                command += ['--compile', compiled]
                started.append(subprocess.Popen(command))
            deadline = time.monotonic() + patience
            while any(len(stamps(file)) < WARM_UP for file in files):
                if any(p.poll() is not None for p in started):
                    raise RuntimeError('a training ended; see above')
                if time.monotonic() > deadline:
                    raise RuntimeError(f'not ready within {patience:g} s')
                time.sleep(0.1)
            begin = time.time()
            time.sleep(seconds)
            end = time.time()
        finally:
            for process in started:
                process.kill()
                process.wait()
        made = [t for file in files for t in stamps(file) if begin < t <= end]
    if not made:
        raise RuntimeError(f'no iteration ended within {seconds:g} s')
    return BATCH * len(made) / (end - begin)


def stamps(file: Path) -> list[float]:
    """Moments in a file, which may be written just now."""
    if not file.exists():
        return []
    text = file.read_text()
    return [float(line) for line in text[: text.rfind('\n') + 1].split()]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--jobs', nargs='+', type=int, default=[1, 2])
    parser.add_argument(
        '--compile',
        nargs='+',
        default=['no'],
        choices=['no', 'default', 'reduce-overhead'],
        help='modes of torch.compile, each with each number of trainings',
    )
    parser.add_argument('--seconds', type=float, default=20)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument(
        '--patience', type=float, default=120, help='seconds to get ready'
    )
    parser.add_argument('--out', type=Path)
    parser.add_argument('--train', type=Path, help=argparse.SUPPRESS)
    parser.add_argument('--threads', type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.train:
        train(args.train, args.threads, args.compile[0])
        return
    ways = [(jobs, mode) for mode in args.compile for jobs in args.jobs]
    speeds = {way: [] for way in ways}
    errors = {}
    for _ in range(args.rounds):
        for way, found in speeds.items():
            if way in errors:
                continue
            try:
                found.append(
                    images_per_second(*way, args.seconds, args.patience)
                )
            except RuntimeError as error:
                errors[way] = str(error)
            write(result_of(speeds, errors), args.out)


def result_of(speeds: dict, errors: dict) -> dict:
    """What was measured so far, a line for each way."""
    plain = next(iter(speeds.values()))
    lines = []
    for way, found in speeds.items():
        line = dict(zip(('jobs', 'compile'), way, strict=True))
        if way in errors:
            line['error'] = errors[way]
        elif found:
            line['images_per_second'] = summary(found)
            if plain:
                ratio = summary(found)['median'] / summary(plain)['median']
                line['over_the_first'] = round(ratio, 3)
        lines.append(line)
    return {'environment': environment(), 'ways': lines}


if __name__ == '__main__':
    main()
