"""Compare finished runs: one page with tables, pictures and commands.

python tools/analysis_tools/report.py WORK_DIR [WORK_DIR ...] --out report/
"""

import argparse
import csv
import json
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
import mmlt.datasets
import mmlt.engine
import mmlt.models  # noqa: F401
from mmlt.evaluation import chosen_classes, feature_map_points
from mmlt.fileio import check_can_write
from mmlt.report import (
    build_report,
    by_recipe,
    check_report_folder,
    check_same_test_set,
    draw_panels,
    file_name,
    load_run,
    set_names,
    write_report,
)
from mmlt.report.build import all_pictures
from mmlt.structures import Predictions

LEDGER = Path(__file__).resolve().parents[2] / 'results' / 'results.csv'


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Compare finished runs: writes index.html (one page that '
        'needs no network), README.md (the same in Markdown), tables/*.csv, '
        'pictures/*.svg, and the numbers of every run as JSON. Runs of one '
        'recipe with different seeds are taken together; differences are to '
        'the first recipe. Predictions on the test set are made where they '
        'are not there yet, and kept beside the checkpoint.',
        epilog='Example: python tools/analysis_tools/report.py '
        'work_dirs/ce/resnet20_digitslt work_dirs/fcc/resnet20_digitslt '
        '--out report',
    )
    parser.add_argument(
        'work_dirs', nargs='+', type=Path, help='folders of finished runs'
    )
    parser.add_argument(
        '--out', type=Path, default=Path('report'), help='folder (report)'
    )
    parser.add_argument(
        '--names', nargs='+', help='a name for every work directory'
    )
    parser.add_argument(
        '--numbers',
        type=Path,
        help='folder for the JSON files (default: numbers/ in --out)',
    )
    parser.add_argument(
        '--train',
        action='store_true',
        help='measure spread and misclassified area on the training images '
        'too (where predictions_train.npz is there, that is done anyway)',
    )
    parser.add_argument(
        '--no-maps',
        action='store_true',
        help='leave out the feature maps, of which t-SNE takes most time',
    )
    return parser.parse_args(arguments)


def bar(items: Iterable, words: str = 'predicting', **kwargs) -> Iterable:
    """A progress bar on the error stream, where that is a terminal."""
    console = Console(stderr=True)
    return track(items, words, console=console, transient=True, **kwargs)


def from_ledger(record: dict, ledger: Path = LEDGER) -> None:
    """Commit and device of a run, from its row in ``results/results.csv``.

    A commit that the run recorded itself stays. A row is of this run if
    recipe, seed, epochs and top-1 are the same.
    """
    if not ledger.is_file():
        return
    with ledger.open(newline='') as file:
        for row in csv.DictReader(file):
            if (
                row['config'] == f'configs/{record["recipe"]}.py'
                and row['seed'] == str(record['seed'])
                and row['epochs'] == str(record['epochs'])
                and row['top1'] == f'{record["numbers"]["top1"]:.2f}'
            ):
                record['commit'] = record['commit'] or row['commit']
                record['device'] = row['device']
                return


def feature_maps(
    records: Sequence[dict], predictions: Sequence[Predictions]
) -> dict[str, dict[str, dict]]:
    """PCA and t-SNE of the first run of each recipe."""
    of = {
        id(record): p for record, p in zip(records, predictions, strict=True)
    }
    maps = {}
    for name, group in bar(list(by_recipe(records).items()), 'mapping'):
        p = of[id(group[0])]
        chosen = torch.tensor(chosen_classes(group[0]['class_counts']))
        images = (p.labels[:, None] == chosen).sum(0)
        # three images, or there is no plane to put them on
        if images.sum() < 3 or p.features.shape[1] < 2:
            continue
        classes = chosen[images > 0].tolist()
        maps[name] = {
            method: feature_map_points(p.features, p.labels, classes, method)
            for method in ('pca', 'tsne')
        }
    return maps


def run(args: argparse.Namespace) -> list[Path]:
    """Read, compare, draw and write.

    Returns:
        The files that were written.
    """
    numbers = args.numbers or args.out / 'numbers'
    check_report_folder(args.out)
    check_can_write(numbers, folder=True)
    loaded = [
        load_run(path, partial(bar, words=f'predicting {path}'), args.train)
        for path in args.work_dirs
    ]
    records = [record for record, _ in loaded]
    check_same_test_set(records)
    set_names(records, args.names)
    for record in records:
        from_ledger(record)
    maps = {}
    if not args.no_maps:
        maps = feature_maps(records, [p for _, p in loaded])
    report = build_report(records, maps, str(numbers), command_of(args))
    panels = [p for picture in all_pictures(report) for p in picture.panels]
    drawn = draw_panels(bar(panels, 'drawing'))
    texts = {
        numbers / file_name(record): json.dumps(record, indent=1) + '\n'
        for record in records
    }
    return write_report(report, args.out, drawn, texts)


def command_of(args: argparse.Namespace) -> str:
    """The command that makes this report again."""
    parts = ['python', 'tools/analysis_tools/report.py']
    parts += map(str, args.work_dirs)
    parts += ['--out', str(args.out)]
    if args.names:
        parts += ['--names', *args.names]
    if args.numbers:
        parts += ['--numbers', str(args.numbers)]
    if args.train:
        parts.append('--train')
    if args.no_maps:
        parts.append('--no-maps')
    return shlex.join(parts)


def main() -> None:
    """Run it; an error is one line and exit status 1."""
    args = parse_args()
    try:
        files = run(args)
    except (OSError, ValueError, TypeError, KeyError) as error:
        sys.exit(f'error: {error}')
    print(f'Wrote {len(files)} files. Open {args.out / "index.html"}')


if __name__ == '__main__':
    os.environ.setdefault('LOCAL_RANK', '0')
    main()
