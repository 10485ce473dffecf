"""Train for thousands of epochs: memory, descriptors and files stay the same.

    python benchmarks/long_run.py --work-dir DIR [--epochs 2000] [--out FILE]

After every epoch a hook writes one line: resident memory, Python's allocated
blocks, open file descriptors, and the bytes of logs and of the newest
checkpoint. What the result says is of the epochs after the first
``--settled`` of each process: the slope of a least-squares line through the
memory, the numbers of descriptors, and the bytes of the logs an epoch. The
same command goes on where it was stopped. Linux.
"""

import argparse
import gc
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from _common import environment, write
from mmengine.hooks import Hook
from mmpretrain.registry import HOOKS

from mmlt.cli.main import main as mmlt

LINES = 'measured.jsonl'
RECIPES = Path(__file__).resolve().parents[1] / 'configs'


@HOOKS.register_module()
class MeasureHook(Hook):
    """Writes one line about the process after each epoch."""

    priority = 'LOWEST'

    def after_train_epoch(self, runner) -> None:
        """Measure, then write; what it allocates is gone by the next time."""
        folder = Path(runner.work_dir)
        checkpoints = sorted(
            folder.glob('epoch_*.pth'), key=lambda path: path.stat().st_mtime
        )
        logs = [*folder.glob('*/*.log'), *folder.glob('*/vis_data/*.json')]
        gc.collect()
        line = dict(
            process=os.getpid(),
            epoch=runner.epoch + 1,  # counted when its hooks are done
            rss_kib=resident_kib(),
            blocks=sys.getallocatedblocks(),
            descriptors=len(os.listdir('/proc/self/fd')),
            log_bytes=sum(path.stat().st_size for path in logs),
            files=sum(len(names) for _, _, names in os.walk(folder)),
            checkpoint_bytes=checkpoints[-1].stat().st_size
            if checkpoints
            else 0,
            time=time.time(),
        )
        with open(folder / LINES, 'a') as file:
            file.write(json.dumps(line) + '\n')


def resident_kib() -> int:
    """Memory of this process that is in use now, see proc(5)."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') // 1024


def settled(rows: list[dict], epochs: int) -> list[list[dict]]:
    """Rows of each process without its first epochs."""
    processes: dict[int, list[dict]] = {}
    for row in rows:
        processes.setdefault(row['process'], []).append(row)
    return [r[epochs:] for r in processes.values() if len(r) > epochs + 1]


def slope(parts: list[list[dict]], name: str) -> float:
    """What a number grows an epoch: least squares, an offset per process."""
    x, y = [], []
    for part in parts:
        epochs = np.array([row['epoch'] for row in part], float)
        values = np.array([row[name] for row in part], float)
        x.append(epochs - epochs.mean())
        y.append(values - values.mean())
    x, y = np.concatenate(x), np.concatenate(y)
    return float((x * y).sum() / (x * x).sum())


def figures(rows: list[dict], epochs: int) -> dict:
    """What the lines of a run say."""
    parts = settled(rows, epochs)
    flat = [row for part in parts for row in part]
    marks = np.linspace(0, len(flat) - 1, 9).astype(int)
    names = ('epoch', 'rss_kib', 'blocks', 'checkpoint_bytes', 'log_bytes')
    fds = sorted({row['descriptors'] for row in flat})
    return dict(
        epochs=rows[-1]['epoch'],
        processes=len(parts),
        rss_kib_per_epoch=round(slope(parts, 'rss_kib'), 3),
        blocks_per_epoch=round(slope(parts, 'blocks'), 3),
        descriptors=fds,
        log_bytes_per_epoch=round(slope(parts, 'log_bytes'), 1),
        checkpoint_bytes_per_epoch=round(slope(parts, 'checkpoint_bytes'), 2),
        files=sorted({row['files'] for row in flat}),
        at={name: [flat[i][name] for i in marks] for name in names},
        seconds=round(
            sum(part[-1]['time'] - part[0]['time'] for part in parts)
        ),
    )


def main() -> None:
    """Train, and write down what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--work-dir', type=Path, required=True)
    parser.add_argument('--epochs', type=int, default=2000)
    parser.add_argument('--val-interval', type=int, default=2)
    parser.add_argument(
        '--settled', type=int, default=50, help='epochs that are left out'
    )
    parser.add_argument('--recipe', default='fcc/resnet20_digitslt')
    parser.add_argument('--out', type=Path, help='JSON file to write')
    args = parser.parse_args()
    args.work_dir.mkdir(parents=True, exist_ok=True)
    config = args.work_dir / 'long_run.py'
    base = RECIPES / f'{args.recipe}.py'
    config.write_text(
        f'_base_ = [{str(base)!r}]\n'
        "custom_hooks = _base_.custom_hooks + [dict(type='MeasureHook')]\n"
        f'train_cfg = dict(max_epochs={args.epochs}, '
        f'val_interval={args.val_interval})\n'
    )
    run = args.work_dir / 'run'
    mmlt(['train', str(config), '--work-dir', str(run), '--resume'])
    rows = [
        json.loads(line) for line in (run / LINES).read_text().splitlines()
    ]
    write(
        dict(
            what=__doc__.splitlines()[0],
            environment=environment(),
            settings=dict(
                recipe=args.recipe,
                epochs=args.epochs,
                val_interval=args.val_interval,
                settled=args.settled,
            ),
            result=figures(rows, args.settled),
        ),
        args.out,
    )


if __name__ == '__main__':
    main()
