"""Predictions of a run: made once, and written to a file."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path

from mmlt.fileio import check_can_write
from mmlt.functional import percent
from mmlt.posthoc.comparison import calibration_numbers
from mmlt.report import RunRecord, load_run
from mmlt.report.incomplete import incomplete_run
from mmlt.runs.dump import dump_of, load_predictions, save_predictions
from mmlt.runs.folder import find_run
from mmlt.runs.predict import dump_split, predict_split, predictions_of
from mmlt.runs.recipes import load_recipe
from mmlt.runs.settings import check_needed
from mmlt.runs.testing import test_on
from mmlt.structures import Predictions

from .progress import bar


def dump_predictions(
    run: str,
    checkpoint: str | None = None,
    split: str = 'test',
    out: str | None = None,
    features: bool = False,
    device: str | None = None,
    overlays: list[str] = (),
    cfg_options: dict | None = None,
    weights: str | None = None,
    images: str | None = None,
) -> Path:
    """Check, predict, write, and say what was written.

    Args:
        run: Work directory of a training, or a config.
        checkpoint: None: the last of the work directory.
        split: 'train', 'held-out', 'val' or 'test'.
        out: File; None: ``predictions_SPLIT.npz`` beside the checkpoint.
        features: Whether to keep the features before the head.
        device: 'cpu' or 'cuda'; cuda where there is one for None.
        overlays: What is added to a recipe.
        cfg_options: Settings that override it.
        weights: As :func:`~mmlt.runs.predict.predict_split`.
        images: Folder that the test set is taken from, as
            :func:`~mmlt.runs.testing.test_on`; None: that of the config.

    Returns:
        The file that was written.

    Raises:
        ValueError: If the file does not end with .npz.
    """
    config, checkpoint = find_run(run, checkpoint)
    cfg = load_recipe(config, overlays, cfg_options)
    if images is not None:
        check_needed(cfg, ('test_dataloader',), 'a test')
        test_on(cfg, images)
    name = f'predictions_{split}{"_plain" * (weights == "plain")}.npz'
    default = Path(checkpoint).parent / name
    out = Path(out or default)
    if out.suffix != '.npz':
        raise ValueError(
            f'Expected --out to end with .npz, but got {out}. Rename it.'
        )
    check_can_write(out)
    predictions = predict_split(
        cfg,
        checkpoint,
        split,
        with_features=features,
        device=device,
        progress=bar,
        weights=weights,
    )
    save_predictions(predictions, out)
    right = predictions.logits.argmax(1) == predictions.labels
    print(
        f'{out}: {len(right)} images of {images or split}, '
        f'{predictions.logits.shape[1]} classes, accuracy '
        f'{percent(right.double().mean()):.2f} %'
    )
    return out


def run_predictions(work_dir: str, split: str) -> Predictions:
    """Predictions of a run on a split, made where they are not there yet.

    What is printed goes to the error stream: the output is for the table of
    the caller.
    """
    with redirect_stdout(sys.stderr):
        return predictions_of(work_dir, split, progress=bar)


def say_incomplete(work_dirs: Sequence[Path]) -> None:
    """Say on the error stream which runs have no result."""
    for run in filter(None, map(incomplete_run, work_dirs)):
        print(f'Without a result: {run}', file=sys.stderr)


def load_predicted_run(
    work_dir: Path,
    train: bool = False,
    many: int | None = None,
    few: int | None = None,
    calibrators: Sequence[str] = (),
) -> tuple[RunRecord, Predictions]:
    """What a report needs of a run, predicted where it is not there yet.

    Args:
        work_dir: Folder of a training.
        train: Whether training images are predicted, too.
        many: Many-shot classes have more training images than this; None:
            as the metrics of the run have it.
        few: Few-shot classes have fewer; None: the same.
        calibrators: Those that are fitted where predictions of held-out
            images are there; see :func:`held_out_of`.
    """
    progress = partial(bar, words=f'predicting {work_dir}')
    for split in ('test', 'train') if train else ('test',):
        dump_split(work_dir, split, with_features=True, progress=progress)
    record, predictions = load_run(work_dir, many, few)
    held = held_out_of(work_dir) if calibrators else None
    if held is None:
        return record, predictions
    fitted = calibration_numbers(
        held,
        predictions,
        calibrators,
        partial(bar, words=f'fitting calibrators for {work_dir}'),
        record.many,
        record.few,
    )
    return replace(record, calibration=fitted), predictions


def held_out_of(work_dir: Path) -> Predictions | None:
    """Predictions of a run that calibrators may be fitted on.

    Args:
        work_dir: Folder of a training.

    Returns:
        Those of its last checkpoint on what was held out of the training
        set, else on the validation set; None where neither file is there.
    """
    for split in ('held-out', 'val'):
        path = dump_of(work_dir, split)
        if path is not None:
            return load_predictions(path)
    return None
