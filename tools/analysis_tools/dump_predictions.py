"""Write the predictions of a trained network on a split to a file.

python tools/analysis_tools/dump_predictions.py RUN [CHECKPOINT] --split test
"""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from mmengine.config import DictAction
from rich.console import Console
from rich.progress import track

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.fileio import check_can_write
from mmlt.runs.predict import file_hash, find_run, predict_split
from mmlt.runs.preflight import check_config, read_config
from mmlt.structures import (
    load_predictions,
    save_predictions,
)
from mmlt.structures.predictions import SPLITS


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Write logits, labels, class counts and what is known of '
        'the classifier to an .npz file, for the post-hoc tools.',
        epilog='Example: python tools/analysis_tools/dump_predictions.py '
        'work_dirs/vmf/resnet20_digitslt_held-out --split held-out '
        '--out held-out.npz',
    )
    parser.add_argument(
        'run', help='work directory of a training, or its config'
    )
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='needed with a config (default: the last of the work directory)',
    )
    parser.add_argument(
        '--split',
        choices=SPLITS,
        default='test',
        help='train: what was trained on; held-out: the other part of a '
        'HeldOutSplit; val; test (default)',
    )
    parser.add_argument(
        '--out',
        help='.npz file (default: predictions_SPLIT.npz beside the '
        'checkpoint)',
    )
    parser.add_argument(
        '--features',
        action='store_true',
        help='keep the features before the head as well',
    )
    parser.add_argument(
        '--device', help='cpu or cuda (default: cuda where there is one)'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings that override the config, key=value',
    )
    return parser.parse_args()


def bar(loader: Iterable) -> Iterable:
    """A progress bar on the error stream, where that is a terminal."""
    return track(
        loader, 'predicting', console=Console(stderr=True), transient=True
    )


def run(args: argparse.Namespace) -> Path:
    """Check, predict and write.

    Returns:
        The file that was written.
    """
    config, checkpoint = args.run, args.checkpoint
    if checkpoint is None:
        config, checkpoint = find_run(args.run)
    check_config(str(config))
    default = Path(checkpoint).parent / f'predictions_{args.split}.npz'
    out = Path(args.out or default)
    if out.suffix != '.npz':
        raise ValueError(f'Expected --out to end with .npz, but got {out}.')
    check_can_write(out)
    cfg = read_config(config)
    if args.cfg_options is not None:
        cfg.merge_from_dict(args.cfg_options)
    predictions = predict_split(
        cfg,
        checkpoint,
        args.split,
        with_features=args.features,
        device=args.device,
        progress=bar,
    )
    save_predictions(predictions, out)
    right = predictions.logits.argmax(1) == predictions.labels
    print(
        f'{out}: {len(right)} images of {args.split}, '
        f'{predictions.logits.shape[1]} classes, accuracy '
        f'{100 * right.double().mean():.2f} %'
    )
    return out


def dump_once(work_dir: str, split: str) -> Path:
    """Predictions of a run on a split, made where they are not there yet.

    Those of an older checkpoint are made again.
    """
    path = Path(work_dir) / f'predictions_{split}.npz'
    checkpoint = find_run(work_dir)[1]
    if path.is_file():
        # one that is damaged stops here, with its name
        known = load_predictions(path).meta.get('checkpoint_hash')
        if known == file_hash(checkpoint):
            return path
    return run(
        argparse.Namespace(
            run=work_dir,
            checkpoint=None,
            split=split,
            out=str(path),
            features=False,
            device=None,
            cfg_options=None,
        )
    )


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
