"""The misclassified area of FCC on training and test images.

python tools/analysis_tools/misclassified_area.py RUN
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import torch

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.functional import (
    compression_factors,
    misclassified_area_counts,
    misclassified_area_shares,
    shot_groups,
)
from mmlt.report.table import (
    check_table_path,
    markdown_table,
    write_table,
)
from mmlt.structures import Predictions, load_predictions


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Share of images whose prediction differs between the '
        'scaled and the original feature, on training and test images, '
        'whole, per shot group, and (with --per-class) per class. lost: '
        "right with the scaled feature alone, the appendix's area.",
        epilog='Example: python tools/analysis_tools/misclassified_area.py '
        'work_dirs/fcc/resnet20_digitslt --out area.md',
    )
    parser.add_argument(
        'predictions',
        nargs='+',
        help='.npz files of dump_predictions.py, or one work directory: its '
        'predictions on train and test are written where they are not yet',
    )
    parser.add_argument(
        '--gamma',
        type=float,
        help='strength of an equal-difference FCC (default: what the '
        'network was trained with); for a network trained without',
    )
    parser.add_argument(
        '--per-class', action='store_true', help='a row for every class'
    )
    parser.add_argument(
        '--out',
        nargs='+',
        default=[],
        metavar='FILE',
        help='tables: .md, .csv or .json',
    )
    return parser.parse_args()


def files_of(arguments: list[str]) -> Iterator[Path]:
    """Files of predictions; those of a run are written where they lack."""
    if len(arguments) > 1 or not Path(arguments[0]).is_dir():
        yield from map(Path, arguments)
        return
    for split in ('train', 'test'):
        # the network is needed for this alone; the output is for the table
        with redirect_stdout(sys.stderr):
            import dump_predictions

            path = dump_predictions.dump_once(arguments[0], split)
        yield path


def factors(predictions: Predictions, gamma: float | None) -> torch.Tensor:
    """(C,) tau.

    Raises:
        ValueError: If the network was trained without and none was named.
    """
    if gamma is not None:
        return compression_factors(len(predictions.class_counts), gamma)
    if predictions.tau is None:
        raise ValueError(
            'Expected a network that was trained with FCCNeck, but '
            f'{predictions.meta.get("checkpoint")} was not. Name --gamma to '
            'ask what scaling would change.'
        )
    return predictions.tau


def rows_of(
    predictions: Predictions, gamma: float | None, per_class: bool
) -> list[dict]:
    """A row for all, for each shot group, and for each class."""
    counts = misclassified_area_counts(
        predictions.logits.double(),
        predictions.labels,
        factors(predictions, gamma),
        predictions.bias,
    )
    everything = torch.ones(counts.shape[1], dtype=torch.bool)
    groups = {'all': everything} | shot_groups(predictions.class_counts)
    names, of_groups = list(groups), torch.stack([*groups.values()])
    images = (counts[0] * of_groups).sum(1)
    shares = misclassified_area_shares(counts, of_groups)
    if per_class:
        names += [f'class {c}' for c in range(counts.shape[1])]
        images = torch.cat([images, counts[0]])
        of_classes = misclassified_area_shares(counts)
        shares = {k: torch.cat([v, of_classes[k]]) for k, v in shares.items()}
    return [
        {
            'split': predictions.meta['split'],
            'classes': name,
            'images': images[i].item(),
        }
        | {f'{k} (%)': 100 * share[i].item() for k, share in shares.items()}
        for i, name in enumerate(names)
    ]


def run(args: argparse.Namespace) -> list[dict]:
    """Check, compute, print and write."""
    for path in args.out:
        check_table_path(path)
    rows, facts = [], {}
    for path in files_of(args.predictions):
        predictions = load_predictions(path)
        rows += rows_of(predictions, args.gamma, args.per_class)
        facts[predictions.meta['split']] = predictions.source
    print(markdown_table(rows))
    for out in args.out:
        write_table(out, rows, facts)
    return rows


def main() -> None:
    """Run it; an error is one line."""
    args = parse_args()
    try:
        run(args)
    except (OSError, ValueError, TypeError, KeyError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    os.environ.setdefault('LOCAL_RANK', '0')
    main()
