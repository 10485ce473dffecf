"""Kill the queue of trainings at random, and look for lost or repeated runs.

    python benchmarks/queue_kills.py --work-dir DIR [--kills 10] [--out FILE]

A plan of six short runs on the digits, one of them in two stages, is run once
by ``mmlt reproduce run`` without a disturbance. Then it is run again, killed
and begun again, ``--kills`` times in all (a queue that ends begins anew, with
a ledger of its own). There are two kinds, in turn:

- ``group``: SIGKILL of the queue and all of its trainings;
- ``queue``: SIGKILL of the queue alone, which its trainings notice; the next
  queue is started while they still save themselves.

A row of the ledger may never be lost, come twice or change; a run that has a
row may not be touched again; an epoch is trained again only where a kill fell
into it. In the end the metrics of each row and each number of the checkpoints
must be equal to the last bit to those of the queue that nobody disturbed.
It needs a checkout without changes, as the queue does. Linux.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml
from _common import environment, summary, write
from kills import differences, state

from mmlt.reproduce.ledger import Row, read_ledger
from mmlt.reproduce.plan import read_plan
from mmlt.reproduce.tasks import tasks_of

KINDS = ('group', 'queue')
SCHEDULE = {
    'train_cfg.max_epochs': 10,
    'train_cfg.val_interval': 2,
    'param_scheduler.0.end': 2,
    'param_scheduler.1.milestones': [6, 8],
}
RUNS = [
    {'recipe': 'ce/resnet20_digitslt', 'seeds': [1, 2], 'options': SCHEDULE},
    {'recipe': 'fcc/resnet20_digitslt', 'seeds': [1], 'options': SCHEDULE},
    # four epochs and one: a tenth of what the recipe trains
    {'recipe': 'crt/resnet20_digitslt', 'seeds': [1], 'with': ['short']},
    {'recipe': 'vmf/resnet20_digitslt', 'seeds': [1], 'options': SCHEDULE},
    {'recipe': 'bsce/resnet20_digitslt', 'seeds': [1], 'with': ['short']},
]


class Queue:
    """A plan with its ledger, its folder of runs, and what happened there.

    Args:
        place: Folder of all of it; made.
        plan: File.
        jobs: Runs side by side.
    """

    def __init__(self, place: Path, plan: Path, jobs: int) -> None:
        place.mkdir(parents=True)
        self.ledger, self.root = place / 'ledger.jsonl', place / 'runs'
        self.output = place / 'queue.log'
        self.command = [sys.executable, '-m', 'mmlt', 'reproduce', 'run']
        self.command += ['--plan', str(plan), '--ledger', str(self.ledger)]
        self.command += ['--root', str(self.root), '--jobs', str(jobs)]
        self.tasks = tasks_of(read_plan(plan).jobs, self.root)
        self.kills = 0
        # of each run that has a row: the row, and the parts of its training
        self.finished: dict[str, tuple[str, int]] = {}

    def start(self) -> subprocess.Popen:
        """Start the queue in a group of its own."""
        with self.output.open('a') as output:
            return subprocess.Popen(
                self.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def rows(self) -> dict[str, Row]:
        """The ledger, by folder of the run.

        Raises:
            ValueError: If a run is there twice, or a row is of no run.
        """
        folders = {
            (t.config_hash, t.code_hash, t.job.variant): t.folder.name
            for t in self.tasks
        }
        found: dict[str, Row] = {}
        for row in read_ledger(self.ledger):
            name = folders[row.config_hash, row.code_hash, row.name]
            if name in found:
                raise ValueError(
                    f'Expected one row of {name} in {self.ledger}, but there '
                    'are two: the queue repeated a run. See queue.log.'
                )
            found[name] = row
        return found

    def look(self) -> None:
        """Compare with what was finished before.

        Raises:
            ValueError: If a row was lost or changed, or its run was begun
                again.
        """
        rows = self.rows()
        for name, (digest, parts) in self.finished.items():
            now = rows[name].digest if name in rows else 'none'
            if now != digest:
                raise ValueError(
                    f'Expected the row {digest} of {name} to stay, but got '
                    f'{now}: a kill lost or changed it. See {self.ledger}.'
                )
            if parts != begun(self.root / name):
                raise ValueError(
                    f'Expected {name} to be left alone once it was in the '
                    'ledger, but it was begun again. See its run.json.'
                )
        for name, row in rows.items():
            parts = begun(self.root / name)
            self.finished.setdefault(name, (row.digest, parts))


def begun(folder: Path) -> int:
    """How often a training was begun or resumed there, in both stages."""
    return sum(
        len(json.loads(record.read_text()))
        for record in (folder / 'run.json', folder / 'stage1' / 'run.json')
        if record.is_file()
    )


def stages(folder: Path) -> Iterator[Path]:
    """Folders of the stages of a run."""
    yield from (f for f in (folder / 'stage1', folder) if f.is_dir())


def epochs_of(stage: Path) -> list[tuple[int, int]]:
    """Epochs that were trained to their end, each as often as it was.

    The log of the digits has a line at the end of each epoch.
    """
    return [
        (entry['epoch'], entry['step'])
        for file in sorted(stage.glob('*/vis_data/scalars.json'))
        for entry in entries(file)
        if 'loss' in entry
    ]


def entries(file: Path) -> Iterator[dict]:
    """Lines of a log; a kill may have cut off the last one."""
    for line in file.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def seconds_of(queue: Queue) -> float:
    """Run a queue to its end; returns how long it took.

    Raises:
        RuntimeError: If it failed.
    """
    start = time.monotonic()
    code = queue.start().wait()
    if code:
        raise RuntimeError(
            f'Expected the queue to end with 0, but got {code}. See '
            f'{queue.output}.'
        )
    queue.look()
    return time.monotonic() - start


def kill(queue: Queue, kind: str, seconds: float) -> dict | None:
    """Start the queue and kill it; returns when, or None if it ended."""
    process = queue.start()
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        (os.killpg if kind == 'group' else os.kill)(
            process.pid, signal.SIGKILL
        )
        process.wait()
        queue.kills += 1
        queue.look()
        done = len(queue.finished)
        return dict(kind=kind, seconds=round(seconds, 2), rows=done)
    if code:
        raise RuntimeError(
            f'Expected the queue to end with 0, but got {code}. See '
            f'{queue.output}.'
        )
    queue.look()
    return None


def compared(expected: Queue, got: Queue) -> dict:
    """What two queues that came to their end have in common."""
    result = dict(
        runs=len(got.tasks),
        rows=len(got.rows()),
        lost=0,
        epochs=0,
        epochs_trained_again=0,
        numbers=0,
        different=0,
    )
    theirs, ours = expected.rows(), got.rows()
    for task in got.tasks:
        name = task.folder.name
        if name not in ours:
            result['lost'] += 1
            continue
        a, b = theirs[name].metrics, ours[name].metrics
        result['numbers'] += len(a)
        result['different'] += len(differences(a, b))
        a, b = state(expected.root / name), state(got.root / name)
        result['numbers'] += len(a)
        result['different'] += len(differences(a, b))
        for stage in stages(got.root / name):
            epochs = epochs_of(stage)
            result['epochs'] += len(set(epochs))
            result['epochs_trained_again'] += len(epochs) - len(set(epochs))
    return result


def main() -> None:
    """Run the queue undisturbed, then disturbed, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--work-dir', type=Path, required=True)
    parser.add_argument('--kills', type=int, default=10)
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument(
        '--least', type=float, default=3, help='seconds to a kill, at least'
    )
    parser.add_argument(
        '--most',
        type=float,
        help='at most (default: half of the time of the whole queue)',
    )
    parser.add_argument('--out', type=Path, help='JSON file to write')
    args = parser.parse_args()
    top = args.work_dir.resolve()
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir(parents=True)
    plan = top / 'plan.yaml'
    plan.write_text(yaml.safe_dump({'runs': RUNS}))
    undisturbed = Queue(top / 'undisturbed', plan, args.jobs)
    seconds = seconds_of(undisturbed)
    print(f'undisturbed: {seconds:.0f} s', flush=True)
    most = args.most or seconds / 2
    rng = random.Random(args.seed)
    moments, results = [], []
    while len(moments) < args.kills:
        queue = Queue(top / f'disturbed{len(results)}', plan, args.jobs)
        while len(moments) < args.kills:
            kind = KINDS[len(moments) % len(KINDS)]
            moment = kill(queue, kind, rng.uniform(args.least, most))
            if moment is None:
                break
            moments.append(moment)
            print(moment, flush=True)
        else:
            seconds_of(queue)
        results.append(compared(undisturbed, queue))
        print(results[-1], flush=True)
    total = {key: sum(r[key] for r in results) for key in results[0]}
    write(
        dict(
            what=__doc__.splitlines()[0],
            environment=environment(),
            settings=dict(jobs=args.jobs, seed=args.seed),
            seconds_undisturbed=round(seconds),
            kills={
                kind: sum(m['kind'] == kind for m in moments) for kind in KINDS
            },
            queues=len(results),
            **total,
            seconds_to_a_kill=summary([m['seconds'] for m in moments]),
            moments=moments,
        ),
        args.out,
    )
    if total['lost'] or total['different']:
        sys.exit('error: A queue that was killed is not the undisturbed one.')


if __name__ == '__main__':
    main()
