"""Write the result of a finished run into the ledger, results/."""

import argparse
import csv
import json
import platform
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from mmengine.config import Config

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
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            if METRICS['top1'] in entry:
                metrics = entry
    if not metrics:
        raise ValueError(
            f'Expected {work_dir} to hold a finished run, but no evaluation '
            'is in its vis_data/scalars.json.'
        )
    return metrics, int(metrics['step'])


def minutes_of(work_dir: Path) -> float:
    """Wall-clock minutes from the first to the last line of each log."""
    total = timedelta()
    for log in work_dir.glob('*/*.log'):
        stamps = re.findall(
            r'^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)', log.read_text(), re.M
        )
        first, last = (
            datetime.strptime(s, '%Y/%m/%d %H:%M:%S')
            for s in (stamps[0], stamps[-1])
        )
        total += last - first
    return total.total_seconds() / 60


def processor() -> str:
    """Name of the processor."""
    cpuinfo = Path('/proc/cpuinfo')
    if cpuinfo.exists():
        found = re.search(r'model name\s*: (.+)', cpuinfo.read_text())
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def git(*command: str) -> str:
    """Output of a git command in this repository."""
    return subprocess.run(
        ['git', '-C', str(ROOT), *command],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def make_row(args: argparse.Namespace) -> dict[str, str]:
    """The row of a run."""
    metrics, epoch = last_metrics(args.work_dir)
    if args.metrics:
        metrics = json.loads(args.metrics.read_text())
    dumped = sorted(args.work_dir.glob('*/vis_data/config.py'))[-1]
    cfg = Config.fromfile(dumped, import_custom_modules=False)
    if epoch != cfg.train_cfg.max_epochs:
        raise ValueError(
            f'Expected a finished run of {cfg.train_cfg.max_epochs} epochs, '
            f'but the last evaluation is of epoch {epoch}. Resume it first.'
        )
    if not (ROOT / args.config).is_file():
        raise ValueError(f'Expected a config, but got {args.config}.')
    shown = {
        name: f'{metrics[key]:.2f}' if key in metrics else ''
        for name, key in METRICS.items()
    }
    return {
        'config': args.config,
        'seed': str(cfg.randomness.seed),
        'epochs': str(epoch),
        **shown,
        'minutes': f'{minutes_of(args.work_dir):.1f}',
        'device': args.device,
        'commit': git('rev-parse', '--short=10', args.commit),
        'date': git('log', '-1', '--format=%cs', args.commit),
        'note': args.note,
    }


def write_page(rows: list[dict[str, str]]) -> None:
    """Put the ledger as a table between the marks of the page."""
    lines = [
        '| ' + ' | '.join(FIELDS) + ' |',
        '|' + '---|' * len(FIELDS),
    ]
    lines += ['| ' + ' | '.join(row[f] for f in FIELDS) + ' |' for row in rows]
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    table = '\n'.join([BEGIN, '', *lines, '', END])
    PAGE.write_text(before + table + after)


def read_ledger() -> list[dict[str, str]]:
    """Rows written so far."""
    if not LEDGER.exists():
        return []
    with LEDGER.open(newline='') as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Add the row, and renew the page."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Example: python tools/analysis_tools/record_result.py '
        'work_dirs/fcc/resnet32_cifar10lt '
        'configs/fcc/resnet32_cifar10lt.py',
    )
    parser.add_argument('work_dir', type=Path, help='folder of the run')
    parser.add_argument('config', help='config, from the top of the project')
    parser.add_argument(
        '--commit', default='HEAD', help='commit that the run was made with'
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
    try:
        row = make_row(args)
    except (ValueError, OSError) as error:
        sys.exit(f'error: {error}')
    rows = [*read_ledger(), row]
    with LEDGER.open('w', newline='') as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator='\n')
        writer.writeheader()
        writer.writerows(rows)
    write_page(rows)
    print(row)


if __name__ == '__main__':
    main()
