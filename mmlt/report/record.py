"""What a report says of one run, from its logs and its predictions."""

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from mmlt.evaluation import run_numbers, training_numbers
from mmlt.fileio import json_text
from mmlt.runs.dump import dump_of, load_predictions
from mmlt.runs.folder import WorkDir, read_work_dir
from mmlt.structures import Predictions

__all__ = ['RunRecord', 'load_run', 'make_record']


@dataclass(frozen=True)
class RunRecord:
    """Everything a report says of a run: plain numbers and text.

    Args:
        recipe: Folder and name of its config, 'fcc/resnet32_cifar10lt'.
        config: Path of the recipe; None where not recorded.
        arguments: Of the command line, without the work directory.
        recipe_hash: Equal for runs that differ by the seed alone.
        base_hash: The same of the settings without the FCCNeck.
        settings: Of the recipe, by their path.
        seed: Random seed of the run.
        epochs: Of the last checkpoint.
        max_epochs: Of the config.
        minutes: Wall-clock time.
        device: That the log names.
        commit: Of the code; None where not recorded.
        commit_note: What the commit alone does not say.
        checkpoint: File name.
        checkpoint_hash: Beginning of its SHA-256.
        head: Class of the classification head.
        compression: Settings of the FCCNeck, or None.
        dataset: Class of the test set.
        labels_hash: Beginning of the SHA-256 of the test labels, in order.
        class_names: C names.
        class_counts: C numbers of training images.
        curves: Name of a logged number to its epochs and values.
        num_samples: Number of test images. This field and those down to
            ``misclassified_area`` are those of
            :func:`~mmlt.evaluation.run_numbers`.
        numbers: Metrics, percent but for NLL and Brier score.
        classes: Name of a number to its value for each class.
        correlations: Of each of these with the training images.
        reliability: Bins of each group of classes.
        confusion: (C, C) counts, or None.
        overlap_matrix: (C, C) percent, or None.
        misclassified_area: Percent, or None.
        train: All of :func:`~mmlt.evaluation.training_numbers`, or None.
        name: Short, the same for all seeds of a recipe; see
            :func:`~mmlt.report.with_names`.
    """

    recipe: str
    config: str | None
    arguments: list[str]
    recipe_hash: str
    base_hash: str
    settings: dict
    seed: int | None
    epochs: int
    max_epochs: int | None
    minutes: float
    device: str
    commit: str | None
    commit_note: str
    checkpoint: str
    checkpoint_hash: str | None
    head: str | None
    compression: dict | None
    dataset: str | None
    labels_hash: str
    class_names: list[str]
    class_counts: list[int]
    curves: dict[str, list[list]]
    num_samples: int
    numbers: dict[str, float | None]
    classes: dict[str, list]
    correlations: dict[str, float | None]
    reliability: dict[str, dict]
    confusion: list[list[int]] | None
    overlap_matrix: list[list[float]] | None
    misclassified_area: dict | None
    train: dict | None
    name: str = ''

    def to_json(self) -> str:
        """Text of its file: an object of all fields."""
        content = {f.name: getattr(self, f.name) for f in fields(self)}
        return json_text(content) + '\n'

    def at(self, path: str) -> Any:
        """What lies at a path, 'train/classes/spread'.

        Returns:
            The value; None where a part of the path is not there.
        """
        first, *keys = path.split('/')
        value = getattr(self, first)
        for key in keys:
            value = None if value is None else value.get(key)
        return value


def load_run(path: str | Path) -> tuple[RunRecord, Predictions]:
    """Record and predictions of a run, from its logs and predictions.

    The predictions are those in ``predictions_test.npz`` beside the
    checkpoint, and in ``predictions_train.npz`` if it is there. No network
    is built, and the checkpoint itself may be gone.

    Args:
        path: Work directory.

    Returns:
        The record, and the predictions on the test set.

    Raises:
        FileNotFoundError: If the folder lacks its config or predictions.
        ValueError: If a file is damaged.
    """
    run = read_work_dir(path)
    files = {split: dump_of(path, split) for split in ('test', 'train')}
    if files['test'] is None:
        raise FileNotFoundError(
            f'Expected {path} to hold predictions of its last checkpoint on '
            'the test set, predictions_test.npz, but it does not. Make them: '
            'python tools/analysis_tools/dump_predictions.py '
            f'{path} --features'
        )
    predictions = load_predictions(files['test'])
    trained_on = files['train'] and load_predictions(files['train'])
    return make_record(run, predictions, trained_on), predictions


def make_record(
    run: WorkDir,
    predictions: Predictions,
    trained_on: Predictions | None = None,
) -> RunRecord:
    """Everything a report says of a run.

    Args:
        run: What its folder says.
        predictions: On the test set.
        trained_on: On the training images, or None.

    Returns:
        The record, without a name.
    """
    counts = predictions.class_counts.tolist()
    names = predictions.class_names or map(str, range(len(counts)))
    return RunRecord(
        recipe=run.recipe,
        config=run.source,
        arguments=run.arguments,
        recipe_hash=_text_hash(run.settings()),
        base_hash=_text_hash(without_compression(run.settings())),
        settings=flat(run.settings()),
        seed=run.seed,
        epochs=run.epoch,
        max_epochs=run.config.get('train_cfg', {}).get('max_epochs'),
        minutes=round(run.minutes, 1),
        device=run.device,
        commit=run.commit and run.commit[:10],
        commit_note=run.commit_note,
        checkpoint=run.checkpoint.name,
        checkpoint_hash=predictions.meta.get('checkpoint_hash'),
        head=predictions.meta.get('head'),
        compression=compression_of(run.config),
        dataset=predictions.meta.get('dataset'),
        labels_hash=hashlib.sha256(
            predictions.labels.numpy().tobytes()
        ).hexdigest()[:16],
        class_names=list(names),
        class_counts=counts,
        curves={
            name: [list(epochs), [v if v == v else None for v in values]]
            for name, (epochs, values) in run.curves.items()
        },
        **run_numbers(predictions),
        train=None if trained_on is None else training_numbers(trained_on),
    )


def compression_of(config: Config) -> dict | None:
    """Settings of the FCCNeck of a config, with its default strategy."""
    necks = config.model.get('neck') or []
    for neck in necks if isinstance(necks, list) else [necks]:
        if neck.get('type') == 'FCCNeck':
            return {'strategy': 'equal_difference', **neck}
    return None


def without_compression(settings: dict) -> dict:
    """Settings of a recipe without its FCCNeck."""
    model = ConfigDict(settings.get('model', {}))
    necks = model.get('neck') or []
    necks = necks if isinstance(necks, list) else [necks]
    model['neck'] = [n for n in necks if n.get('type') != 'FCCNeck']
    return {**settings, 'model': model}


def flat(settings, prefix: str = '') -> dict:
    """Settings by their path, {'model.neck.1.gamma': 0.5}."""
    if isinstance(settings, dict):
        items = settings.items()
    elif isinstance(settings, list | tuple) and any(
        isinstance(value, dict) for value in settings
    ):
        items = enumerate(settings)
    else:
        if isinstance(settings, list | tuple):
            settings = list(settings)
        return {prefix: settings}
    found = {}
    for key, value in items:
        found |= flat(value, f'{prefix}.{key}' if prefix else str(key))
    return found


def _text_hash(value) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
