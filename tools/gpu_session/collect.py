"""Add what a call brought back to the ledger, and its runs to a folder.

python tools/gpu_session/collect.py OUT [--root work_dirs/reproduce]
"""

import argparse
import shutil
import tarfile
import tempfile
from pathlib import Path

from mmlt.reproduce.ledger import add_row, read_ledger

TOP = Path(__file__).resolve().parents[2]


def main() -> None:
    """Rows that are there already stay as they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out', type=Path)
    parser.add_argument(
        '--ledger', type=Path, default=TOP / 'results' / 'ledger.jsonl'
    )
    parser.add_argument(
        '--root', type=Path, default=Path('work_dirs/reproduce')
    )
    args = parser.parse_args()
    rows = read_ledger(args.out / 'ledger.jsonl')
    new = sum(add_row(args.ledger, row) for row in rows)
    runs = 0
    with tempfile.TemporaryDirectory() as top:
        for path in sorted(args.out.glob('runs_*.tar')):
            with tarfile.open(path) as tar:
                tar.extractall(top, filter='data')
        for folder in sorted(Path(top).glob('*')):
            if (
                folder.name != 'begun'
                and not (args.root / folder.name).exists()
            ):
                shutil.copytree(folder, args.root / folder.name)
                runs += 1
    print(f'{new} rows added to {args.ledger}, {runs} runs to {args.root}')
    print('Then write the tables: mmlt reproduce render')


if __name__ == '__main__':
    main()
