"""Run the plan on a GPU for one call, and copy out what is finished, at once.

    python tools/gpu_session/train.py OUT --seconds 560 [--previous DIR]

OUT gets the rows of the ledger that this call and the ones before it added
(``ledger.jsonl``), and a few files ``runs_N.tar`` with, of each finished run,
its config, its logs and its last weights, and, at the end, of each run that
was begun, what it goes on from. DIR is the OUT of the call before: its begun
runs go on. A call that is cut short loses what was not finished.
"""

import argparse
import json
import shutil
import signal
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from measure import MODES
from unpack import check_images

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.checkpoints import read_checkpoint
from mmlt.cli.commands.reproduce import chosen_tasks
from mmlt.reproduce.ledger import add_row, read_ledger
from mmlt.reproduce.queue import QueueSettings, run_queue
from mmlt.reproduce.tasks import Task, has_begun, standing_of
from mmlt.runs.folder import noted_checkpoint

TOP = Path(__file__).resolve().parents[2]
MIB = 2**20
# what a training needs to save itself and end, and what copying out takes
RESERVE = 40.0
BEGUN = 'begun'
# evaluations and checkpoints that a run of minutes can do without
OPTIONS = {
    'train_cfg.val_interval': 20,
    'default_hooks.checkpoint.interval': 10,
}
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


class Enough(Exception):  # noqa: N818 (nothing is wrong)
    """As many runs are finished as were asked for."""


class Outbox:
    """A folder whose files are copied back, few and not large.

    Args:
        folder: Where the files go.
        part_mib: Largest size of a file.
        parts: How many there may be with runs.
    """

    def __init__(self, folder: Path, part_mib: float, parts: int) -> None:
        self.folder, self.parts = folder, parts
        self.part = part_mib * MIB
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, files: Iterable[tuple[Path, str]]) -> bool:
        """Append files to the last part, or to the next one.

        Args:
            files: Each with its name in the archive.

        Returns:
            Whether there was room for them.
        """
        files = list(files)
        # a header and the rest of a block for each file, and the end
        size = sum(path.stat().st_size + 1024 for path, _ in files) + 10240
        for number in range(self.parts):
            path = self.folder / f'runs_{number}.tar'
            used = path.stat().st_size if path.is_file() else 0
            if used + size <= self.part:
                with tarfile.open(path, 'a') as tar:
                    for file, name in files:
                        tar.add(file, name)
                return True
        return False

    def rows(self, path: Path, known: set[str]) -> None:
        """Copy the rows of a ledger that are new."""
        lines = [r.to_json() for r in read_ledger(path)]
        new = [x for x in lines if json.loads(x)['digest'] not in known]
        draft = self.folder / 'ledger.draft'
        draft.write_text(''.join(f'{line}\n' for line in new))
        draft.replace(self.folder / 'ledger.jsonl')


def records(folder: Path) -> Iterator[Path]:
    """Config, record and logs of a run, of both stages."""
    for pattern in ('*.py', 'run.json', '*/*.log', '*/vis_data/scalars.json'):
        yield from sorted(folder.glob(pattern))
        yield from sorted(folder.glob(f'stage1/{pattern}'))


def finished_files(folder: Path, weights: Path) -> list[tuple[Path, str]]:
    """A finished run: its records, and its last network.

    Args:
        folder: Of the run.
        weights: File to write, with the name of the checkpoint.
    """
    checkpoint = noted_checkpoint(folder)
    content = read_checkpoint(checkpoint)
    kept = {key: content[key] for key in ('meta', 'state_dict')}
    torch.save(kept, weights)
    files = [*records(folder), folder / 'last_checkpoint']
    named = [(path, str(path.relative_to(folder.parent))) for path in files]
    return [*named, (weights, f'{folder.name}/{checkpoint.name}')]


def begun_files(folder: Path) -> list[tuple[Path, str]]:
    """A run that was begun: its records, and what it goes on from."""
    files = list(records(folder))
    for stage in (folder / 'stage1', folder):
        checkpoint = noted_checkpoint(stage)
        if checkpoint is not None and checkpoint.is_file():
            files += [stage / 'last_checkpoint', checkpoint]
    top = folder.parent
    return [(path, f'{BEGUN}/{path.relative_to(top)}') for path in files]


def restore(previous: Path, root: Path, ledger: Path) -> int:
    """Take up what an earlier call left: its rows, and the runs it began.

    Returns:
        How many rows were new.
    """
    rows = read_ledger(previous / 'ledger.jsonl')
    new = sum(add_row(ledger, row) for row in rows)
    with tempfile.TemporaryDirectory() as top:
        for path in sorted(previous.glob('runs_*.tar')):
            with tarfile.open(path) as tar:
                tar.extractall(top, filter='data')
        for folder in sorted(Path(top, BEGUN).glob('*')):
            shutil.copytree(folder, root / folder.name, dirs_exist_ok=True)
    return new


def has_cifar(tasks: list[Task]) -> bool:
    """Whether a run needs the images of the archive."""
    return any('cifar' in task.job.recipe for task in tasks)


def settings_of(tasks: list[Task], compiled: str) -> dict:
    """Settings of this machine, none of which changes a number."""
    options = dict(OPTIONS)
    if compiled != 'no':
        options['compile.mode'] = compiled
    if has_cifar(tasks):
        for loader in LOADERS:
            options[f'{loader}.dataset.verify_md5'] = False
    return options


def parse_args() -> argparse.Namespace:
    """Arguments of the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out', type=Path)
    parser.add_argument('--seconds', type=float, default=560)
    parser.add_argument('--previous', type=Path, help='OUT of an earlier call')
    parser.add_argument('--jobs', type=int, help='default: what was measured')
    parser.add_argument(
        '--compile', choices=MODES, help='default: what was measured'
    )
    parser.add_argument('--plan', type=Path)
    parser.add_argument('--ledger', type=Path)
    parser.add_argument('--root', type=Path, default=Path('work_dirs/gpu'))
    parser.add_argument('--only', nargs='+', default=[], metavar='NAME')
    parser.add_argument(
        '--most-runs', type=int, help='end after so many (for a rehearsal)'
    )
    parser.add_argument('--part-mib', type=float, default=14)
    parser.add_argument('--parts', type=int, default=4)
    args = parser.parse_args()
    args.plan = args.plan or TOP / 'results' / 'plan.yaml'
    args.ledger = args.ledger or TOP / 'results' / 'ledger.jsonl'
    best = {'jobs': 1, 'compile': 'no'}
    if args.previous and (args.previous / 'measured.json').is_file():
        text = (args.previous / 'measured.json').read_text()
        best |= json.loads(text)['best']
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / 'measured.json').write_text(text)
    args.jobs = args.jobs or best['jobs']
    args.compile = args.compile or best['compile']
    return args


def main() -> int:
    """Run what is left of the plan, until time is up."""
    start, args = time.monotonic(), parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    outbox = Outbox(args.out, args.part_mib, args.parts)
    known = {row.digest for row in read_ledger(args.ledger)}
    ledger = args.root / 'ledger.jsonl'
    if not ledger.is_file():
        ledger.parent.mkdir(parents=True, exist_ok=True)
        for row in read_ledger(args.ledger):
            add_row(ledger, row)
    if args.previous:
        say(f'{restore(args.previous, args.root, ledger)} rows taken up')
        outbox.rows(ledger, known)
    args.cfg_options = None
    tasks = chosen_tasks(args)
    check_images(tasks)
    tasks.sort(key=lambda task: not has_begun(task))

    done: list[Task] = []

    def finished(task: Task) -> None:
        outbox.rows(ledger, known)
        with tempfile.TemporaryDirectory() as top:
            weights = Path(top) / 'weights.pth'
            if not outbox.add(finished_files(task.folder, weights)):
                say(f'no room to copy out {task.job.name}; its row is there')
        done.append(task)
        if len(done) == args.most_runs:
            raise Enough

    notes = []
    if has_cifar(tasks):
        notes.append('images packed without loss, their SHA-256 checked')
    if args.compile != 'no':
        notes.append(f'torch.compile, mode {args.compile}')
    now = time.monotonic()
    try:
        run_queue(
            tasks,
            QueueSettings(
                ledger=ledger,
                jobs=args.jobs,
                hours=max(start + args.seconds - RESERVE - now, 1) / 3600,
                stale=True,
                again=True,
                nice=0,
                options=settings_of(tasks, args.compile),
                note='; '.join(notes),
            ),
            say,
            finished,
        )
    except Enough:
        pass
    finally:
        known_rows = read_ledger(ledger)
        for task in tasks:
            if standing_of(task, known_rows).state != 'begun':
                continue
            if not outbox.add(begun_files(task.folder)):
                say(f'no room to copy out {task.job.name}, which was begun')
    say(f'{len(done)} runs are finished')
    return 0


def say(line: str) -> None:
    """A line of progress, at once."""
    print(line, flush=True)


if __name__ == '__main__':
    sys.exit(main())
