"""Write the result of a finished run into the ledger, results/."""

import argparse
import csv
import json
import math
import platform
import re
import subprocess
from pathlib import Path

from mmlt.cli.pages import between_marks
from mmlt.cli.shell import errors_in_one_line
from mmlt.fileio import whole_file
from mmlt.report.table import csv_text, markdown_lines
from mmlt.runs.log import logged, logs_of, minutes_of
from mmlt.runs.preflight import read_config
from mmlt.runs.record import read_run_record

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / 'results' / 'results.csv'
PAGE = ROOT / 'results' / 'README.md'
METRICS = {
    'top1': 'accuracy/top1',
    'many': 'shot/many',
    'medium': 'shot/medium',
    'few': 'shot/few',
    'ece': 'calibration/ece',
    'overlap': 'overlap/mean',
}
FIELDS = [
    'config',
    'with',
    'seed',
    'epochs',
    *METRICS,
    'minutes',
    'device',
    'commit',
    'date',
    'note',
]
BEGIN, END = '<!-- table: begin -->', '<!-- table: end -->'


def last_metrics(work_dir: Path) -> tuple[dict[str, float], int]:
    """Metrics of the last evaluation of a run, and its epoch."""
    metrics = {}
    for entry in logged(work_dir):
        if METRICS['top1'] in entry:
            metrics = entry
    if not metrics:
        raise ValueError(
            f'Expected {work_dir} to hold a finished run, but no evaluation '
            'is in its vis_data/scalars.json. '
            'Wait until the training has ended.'
        )
    return metrics, int(metrics['step'])


def processor() -> str:
    """Name of the processor."""
    cpuinfo = Path('/proc/cpuinfo')
    if cpuinfo.exists():
        found = re.search(r'model name\s*: (.+)', cpuinfo.read_text())
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def git(*command: str) -> str:
    """Output of a git command in this repository.

    Raises:
        ValueError: If it fails.
    """
    done = subprocess.run(
        ['git', '-C', str(ROOT), *command], capture_output=True, text=True
    )
    if done.returncode:
        raise ValueError(
            'Expected a commit of this repository, but git '
            f'{" ".join(command)} says: {done.stderr.strip()}. Name one with '
            '--commit.'
        )
    return done.stdout.strip()


def source_of(args: argparse.Namespace) -> tuple[str, str, str]:
    """Config and commit of a run, as named or recorded, and a note.

    Raises:
        ValueError: If one is neither.
    """
    parts = read_run_record(args.work_dir)
    last = parts[-1] if parts else {'config': None, 'commit': None}
    config, commit = args.config or last['config'], args.commit
    if config is None or not (ROOT / config).is_file():
        raise ValueError(
            'Expected a config of this project, but '
            f'{"none was recorded" if config is None else f"got {config}"}. '
            'Name it after the work directory: configs/...'
        )
    notes = [args.note] if args.note else []
    if commit is None:
        commit = last['commit']
        if any(part['changed'] for part in parts):
            notes.append('with changes that were not committed')
    if commit is None:
        raise ValueError(
            f'Expected {args.work_dir} to say which commit it was made with, '
            'but it does not (a run of a wheel, or before runs were '
            'recorded). Name it with --commit.'
        )
    return str(config), commit, '; '.join(notes)


def make_row(args: argparse.Namespace) -> dict[str, str]:
    """The row of a run."""
    metrics, epoch = last_metrics(args.work_dir)
    if args.metrics:
        content = json.loads(args.metrics.read_text())
        # of an empty shot group: null
        metrics = {k: math.nan if v is None else v for k, v in content.items()}
    dumped = logs_of(args.work_dir, 'vis_data/config.py')
    if not dumped:
        raise ValueError(
            f'Expected {args.work_dir} to hold the config of its run, but '
            'there is no vis_data/config.py in it. '
            'Name the work directory of a training.'
        )
    cfg = read_config(dumped[-1], import_custom_modules=False)
    if epoch != cfg.train_cfg.max_epochs:
        raise ValueError(
            f'Expected a finished run of {cfg.train_cfg.max_epochs} epochs, '
            f'but the last evaluation is of epoch {epoch}. Resume it first.'
        )
    config, commit, note = source_of(args)
    shown = {
        name: f'{metrics[key]:.2f}' if key in metrics else ''
        for name, key in METRICS.items()
    }
    return {
        'config': config,
        'with': ' '.join(cfg.get('applied_overlays') or []),
        'seed': str(cfg.get('randomness', {}).get('seed', '')),
        'epochs': str(epoch),
        **shown,
        'minutes': f'{minutes_of(args.work_dir):.1f}',
        'device': args.device,
        'commit': git('rev-parse', '--short=10', commit),
        'date': git('log', '-1', '--format=%cs', commit),
        'note': note,
    }


def write_page(rows: list[dict[str, str]]) -> None:
    """Put the ledger as a table between the marks of the page."""
    cells = [[row[f] for f in FIELDS] for row in rows]
    table = markdown_lines(FIELDS, cells, ['---'] * len(FIELDS))
    page = between_marks(PAGE.read_text(), BEGIN, END, f'\n\n{table}\n\n')
    with whole_file(PAGE) as draft:
        draft.write_text(page)


def read_ledger() -> list[dict[str, str]]:
    """Rows written so far."""
    if not LEDGER.exists():
        return []
    with LEDGER.open(newline='') as file:
        return list(csv.DictReader(file))


def write_ledger(rows: list[dict[str, str]]) -> None:
    """Write all rows."""
    cells = [[row[f] for f in FIELDS] for row in rows]
    with whole_file(LEDGER) as draft:
        draft.write_text(csv_text(FIELDS, cells))


def main() -> None:
    """Add the row, and renew the page."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Example: python tools/analysis_tools/record_result.py '
        'work_dirs/fcc/resnet20_digitslt --note "a first try"',
    )
    parser.add_argument('work_dir', type=Path, help='folder of the run')
    parser.add_argument(
        'config',
        nargs='?',
        help='config, from the top of the project (default: what the run '
        'recorded)',
    )
    parser.add_argument(
        '--commit',
        help='commit that the run was made with (default: what the run '
        'recorded)',
    )
    parser.add_argument(
        '--device', default=processor(), help='where it ran, in words'
    )
    parser.add_argument(
        '--metrics',
        type=Path,
        help='metrics of a test of the finished run, from tools/test.py '
        '--out FILE --out-item metrics, instead of its last evaluation',
    )
    parser.add_argument('--note', default='', help='what differs')
    args = parser.parse_args()
    with errors_in_one_line():
        row = make_row(args)
        rows = [*read_ledger(), row]
        write_ledger(rows)
        write_page(rows)
    print(row)


if __name__ == '__main__':
    main()
