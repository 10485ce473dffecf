"""Make and show the results of this project: a plan, a queue, a ledger."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.cli.options import Settings
from mmlt.cli.recorded_options import recorded_options
from mmlt.fileio import whole_file
from mmlt.report.table import markdown_table
from mmlt.reproduce.code_comparison import compare_code
from mmlt.reproduce.comparisons import add_comparison, known_rows
from mmlt.reproduce.earlier_settings import rows_of_earlier_settings
from mmlt.reproduce.ledger import Row, add_row, read_ledger
from mmlt.reproduce.plan import protocol_of, read_plan
from mmlt.reproduce.queue import (
    QueueSettings,
    check_traceable,
    default_jobs,
    run_queue,
)
from mmlt.reproduce.rows import make_row, recipe_of
from mmlt.reproduce.tables import rendered
from mmlt.reproduce.tasks import Standing, Task, standing_of, tasks_of
from mmlt.runs.folder import read_work_dir
from mmlt.runs.record import checkout

TOOL = 'tools/reproduce.py'
DESCRIPTION = (
    'Make and show the results of this project. `status` shows every run of '
    'the plan (results/plan.yaml): done, running, begun, failed, stale (done '
    'with other settings or code) or waiting. `run` trains what is not in '
    'the ledger (results/ledger.jsonl), several runs side by side; it may '
    'be killed at any moment, and goes on where it was. `compare` trains '
    'stale runs for a few short epochs with the code of their row and with '
    'this code; where every bit is equal, they are done. `record` adds a run '
    'that was trained by hand. `render` writes the tables from the ledger.'
)
EXAMPLE = 'run --hours 2 --jobs 2 --only "fcc*"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which runs."""
    parser.add_argument(
        'action', choices=['status', 'run', 'compare', 'record', 'render']
    )
    parser.add_argument(
        'work_dir', nargs='?', type=Path, help='of `record`: the run'
    )
    parser.add_argument(
        '--only',
        nargs='+',
        default=[],
        metavar='NAME',
        help='names of runs as `status` shows them, with * for any letters',
    )
    parser.add_argument(
        '--plan', type=Path, help='file (default: results/plan.yaml)'
    )
    parser.add_argument(
        '--ledger',
        type=Path,
        help='file (default: results/ledger.jsonl); `render` writes the '
        'tables of the checkout that it is in',
    )
    parser.add_argument(
        '--root',
        type=Path,
        default=Path('work_dirs/reproduce'),
        help='folder of the runs (default: work_dirs/reproduce)',
    )
    queue = parser.add_argument_group('run')
    queue.add_argument(
        '--hours', type=float, help='stop after this time (default: never)'
    )
    queue.add_argument(
        '--jobs',
        type=int,
        help='runs side by side, which share the cores (default: one for '
        'every GPU, or for every core)',
    )
    queue.add_argument(
        '--stale', action='store_true', help='repeat runs that are stale'
    )
    queue.add_argument(
        '--again', action='store_true', help='try runs that failed again'
    )
    queue.add_argument(
        '--nice', type=int, default=10, help='low priority, 0 to 19 (10)'
    )
    queue.add_argument(
        '--cfg-options',
        nargs='+',
        action=Settings,
        metavar='KEY=VALUE',
        help='settings of this machine, such as '
        'train_dataloader.dataset.data_root=/data/cifar100; refused where '
        'they change a number',
    )
    rows = parser.add_argument_group('run and record')
    rows.add_argument('--note', default='', help='what differs, in words')
    rows.add_argument('--device', help='where it ran, in words')
    rows.add_argument('--recipe', help='of `record`: METHOD/NAME')
    rows.add_argument('--commit', help='of `record`: that made the run')
    parser.add_argument(
        '--check',
        action='store_true',
        help='of `render`: write nothing; exit 1 if a table is stale',
    )


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """What belongs to which action."""
    if (args.action == 'record') != (args.work_dir is not None):
        parser.error('`record` needs a work directory, and it alone')
    if args.jobs is not None and args.jobs < 1:
        parser.error(f'--jobs must be at least 1, but is {args.jobs}')
    if args.hours is not None and not args.hours > 0:
        parser.error(f'--hours must be above 0, but is {args.hours}')
    if not 0 <= args.nice <= 19:
        parser.error(f'--nice must be from 0 to 19, but is {args.nice}')


def run(args: argparse.Namespace) -> int:
    """Do what is asked for."""
    root = checkout() or Path.cwd()
    args.plan = args.plan or root / 'results' / 'plan.yaml'
    args.ledger = args.ledger or root / 'results' / 'ledger.jsonl'
    return {
        'status': show_status,
        'run': run_plan,
        'compare': compare_stale,
        'record': record_run,
        'render': render,
    }[args.action](args)


def chosen_tasks(args: argparse.Namespace) -> list[Task]:
    """Runs of the plan that are asked for.

    Raises:
        ValueError: If a name fits none.
    """
    jobs = read_plan(args.plan).jobs
    for pattern in args.only:
        if not any(job.matches([pattern]) for job in jobs):
            raise ValueError(
                f'Expected names of runs in {args.plan}, but {pattern!r} '
                'fits none. `mmlt reproduce status` shows all.'
            )
    chosen = [job for job in jobs if job.matches(args.only)]
    return tasks_of(chosen, args.root, args.cfg_options)


def show_status(args: argparse.Namespace) -> int:
    """Print where every run stands."""
    rows = known_rows(args.ledger)
    tasks = chosen_tasks(args)
    standings = [standing_of(task, rows) for task in tasks]
    lines = [
        line_of(task, standing)
        for task, standing in zip(tasks, standings, strict=True)
    ]
    print(markdown_table(lines))
    for task, standing in zip(tasks, standings, strict=True):
        if standing.reason:
            print(f'{task.job.name}: {standing.reason} (--again tries again)')
    return 0


def line_of(task: Task, standing: Standing) -> dict[str, str]:
    """A line of the status."""
    top1 = standing.row.metrics.get('top1') if standing.row else None
    return {
        'run': task.job.name,
        'protocol': task.job.protocol,
        'state': standing.state,
        'epoch': f'{standing.epoch}/{task.max_epochs}',
        'left': str(standing.left or '') if standing.state != 'done' else '',
        'top-1': '' if top1 is None else f'{top1:.2f}',
        'published': str(task.job.published.get('top1', '')),
    }


def run_plan(args: argparse.Namespace) -> int:
    """Run the queue, and render what came out."""
    settings = QueueSettings(
        ledger=args.ledger,
        jobs=args.jobs or default_jobs(),
        hours=args.hours,
        stale=args.stale,
        again=args.again,
        nice=args.nice,
        options=args.cfg_options,
        note=args.note,
        device=args.device,
    )
    # `kill` ends the queue as Ctrl-C does: its trainings save first
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        rows = run_queue(chosen_tasks(args), settings, say)
    except KeyboardInterrupt:
        return 130
    say(f'{len(rows)} rows added to {args.ledger}')
    return 0


def say(line: str) -> None:
    """A line of progress, at once."""
    print(line, flush=True)


def compare_stale(args: argparse.Namespace) -> int:
    """Find stale runs whose results the present code would make again."""
    root = checkout()
    if root is None:
        raise ValueError(
            'Expected mmlt to be imported from a git checkout, which has the '
            'code of every row, but it is installed without one. Clone it.'
        )
    check_traceable()
    rows = known_rows(args.ledger)
    groups: dict[tuple, list[tuple[Task, Row]]] = {}
    for task in chosen_tasks(args):
        standing = standing_of(task, rows)
        if standing.state == 'stale':
            key = task.job.variant, standing.row.commit
            groups.setdefault(key, []).append((task, standing.row))
    unequal = 0
    for (variant, commit), members in groups.items():
        try:
            found = compare_code(
                [task for task, _ in members],
                [row for _, row in members],
                root,
                args.cfg_options,
            )
        except ValueError as error:
            unequal += 1
            say(str(error))
            continue
        add_comparison(args.ledger, found)
        say(
            f'{variant} trains as at {commit}: {found.weights} weights and '
            f'{len(found.metrics)} metrics are equal after {found.epochs} '
            f'epochs; {len(found.rows)} rows are done'
        )
    if not groups:
        say('no run is stale')
    return 1 if unequal else 0


def record_run(args: argparse.Namespace) -> int:
    """Add the row of a run that was trained by hand."""
    made = read_work_dir(args.work_dir)
    recipe = args.recipe or recipe_of(made)
    row = make_row(
        args.work_dir,
        note=args.note,
        device=args.device,
        protocol=protocol_of(made.overlays),
        options=recorded_options(made, recipe),
        recipe=recipe,
        commit=args.commit,
    )
    added = add_row(args.ledger, row)
    say(f'{described(row)} {"added" if added else "was there already"}')
    return 0


def described(row: Row) -> str:
    """A row in a few words."""
    return f'{row.name}, seed {row.seed}: {row.headline};'


def render(args: argparse.Namespace) -> int:
    """Write every table from the ledger, or say which is stale."""
    root = args.ledger.resolve().parent.parent
    files = rendered(
        read_ledger(args.ledger),
        read_plan(args.plan),
        root,
        rows_of_earlier_settings(args.ledger),
    )
    stale = [
        path
        for path, text in files.items()
        if not path.is_file() or path.read_text('utf-8') != text
    ]
    for path in stale if not args.check else []:
        with whole_file(path) as draft:
            draft.write_text(files[path], 'utf-8')
    names = shown(stale, root)
    if args.check and stale:
        say(f'stale: {names}. Run mmlt reproduce render')
        return 1
    say(f'written: {names}' if stale else 'nothing to write')
    return 0


def shown(paths: Sequence[Path], root: Path) -> str:
    """Paths from the top of the project."""
    return ', '.join(str(path.relative_to(root)) for path in paths)
