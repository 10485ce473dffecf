"""Name the images of a folder: a table of classes and probabilities."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmlt.cli.options import add_device, add_trust, add_weights
from mmlt.cli.progress import bar
from mmlt.cli.values import whole_number
from mmlt.fileio import check_can_write, whole_file
from mmlt.posthoc.calibrator_file import DEFAULT
from mmlt.report.table import csv_text
from mmlt.zoo.image_files import image_files
from mmlt.zoo.loading import load
from mmlt.zoo.predict_files import PredictedFiles, predict_files

TOOL = 'tools/predict.py'
DESCRIPTION = (
    'Name images: a table with the most probable classes of each and their '
    'probabilities. Images are prepared as those of the test of the run. What '
    'cannot be read is named at the end; the others are predicted.'
)
EXAMPLE = 'work_dirs/my_project/bsce photos --out p.csv --topk 5'
FORMATS = ('.csv', '.parquet')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the images, and the table."""
    parser.add_argument(
        'run',
        help='work directory of a training, or a network that comes with '
        'mmlt (`mmlt verify` lists them)',
    )
    parser.add_argument(
        'images',
        nargs='+',
        help='folders (with all below them), image files, or a .txt with a '
        'path on each line',
    )
    parser.add_argument(
        '--out', required=True, type=Path, metavar='FILE', help='.csv or '
        '.parquet: path, class_1, probability_1, class_2, ...'
    )  # fmt: skip
    parser.add_argument(
        '--topk',
        type=whole_number(1),
        default=1,
        metavar='K',
        help='classes of each image (default: 1); all where there are fewer',
    )
    parser.add_argument(
        '--calibrated',
        nargs='?',
        const=DEFAULT,
        metavar='NAME',
        help='calibrate the probabilities by what `mmlt posthoc` fitted for '
        f'this checkpoint (without a name: {DEFAULT})',
    )
    parser.add_argument(
        '--checkpoint',
        metavar='FILE',
        help='another than the last of the work directory',
    )
    parser.add_argument(
        '--batch-size', type=whole_number(1), default=32, help='default: 32'
    )
    add_weights(parser)
    add_device(parser)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """The ending of the table is its format."""
    if args.out.suffix not in FORMATS:
        parser.error(
            f'argument --out: expected {" or ".join(FORMATS)}, but got '
            f'{args.out}'
        )


def run(args: argparse.Namespace) -> None:
    """Check, predict, write, and name what is broken."""
    check_can_write(args.out)
    if args.out.suffix == '.parquet':
        check_parquet(args.out)
    files = image_files(args.images)
    network = load(args.run, args.checkpoint, args.calibrated, args.weights)
    found = predict_files(
        network.to(args.device or best_device()),
        files,
        args.batch_size,
        partial(bar, total=len(files)),
    )
    if not found.predictions:
        path, why = next(iter(found.broken.items()))
        raise ValueError(
            f'Expected images, but none of the {len(files)} files can be '
            f'read; the first is {path} ({why}). Nothing was written. Name '
            'others.'
        )
    write_predictions(args.out, found, args.topk)
    say(args.out, found, network.calibrator)


def best_device() -> str:
    """'cuda' where there is one."""
    import torch

    return 'cuda' if torch.cuda.is_available() else 'cpu'


def check_parquet(path: Path) -> None:
    """Check, before the work, that .parquet can be written.

    Raises:
        ImportError: If pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f'Expected pyarrow to be installed, to write {path}, but it is '
            "not. Run pip install 'mmlt[parquet]' (or pip install pyarrow), "
            'or name a .csv.'
        ) from error


def write_predictions(path: Path, found: PredictedFiles, topk: int) -> None:
    """Write the table, whole or not at all.

    Args:
        path: .csv or .parquet.
        found: What was predicted.
        topk: Classes of each image; all where there are fewer.
    """
    rows: list[Sequence] = [
        (file.as_posix(), *(cell for pair in one.top(topk) for cell in pair))
        for file, one in found.predictions.items()
    ]
    names = ['path']
    for rank in range(1, len(rows[0]) // 2 + 1):
        names += [f'class_{rank}', f'probability_{rank}']
    with whole_file(path) as draft:
        if path.suffix == '.parquet':
            from pyarrow import parquet, table

            columns = zip(*rows, strict=True)
            content = dict(zip(names, map(list, columns), strict=True))
            parquet.write_table(table(content), draft)
        else:
            draft.write_text(csv_text(names, rows), encoding='utf-8')


def say(path: Path, found: PredictedFiles, calibrator) -> None:
    """What was written, and on the error stream what is not in it."""
    counts = Counter(one.name for one in found.predictions.values())
    most = ', '.join(f'{name} {n}' for name, n in counts.most_common(5))
    more = f' and {len(counts) - 5} more classes' if len(counts) > 5 else ''
    number = len(found.predictions)
    print(f'{path}: {number} {"image" if number == 1 else "images"}: '
          f'{most}{more}')  # fmt: skip
    if calibrator is not None:
        print(
            f'probabilities calibrated by {calibrator.name}, fitted on '
            f'{calibrator.fitted_on}'
        )
    if found.broken:
        number = len(found.broken)
        print(
            f'{number} {"file" if number == 1 else "files"} could not be '
            'read:',
            file=sys.stderr,
        )
    for file, why in found.broken.items():
        print(f'  {file}: {why}', file=sys.stderr)
