"""What a report says of one run, from its logs and its predictions."""

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from mmlt.evaluation import prediction_numbers, training_numbers
from mmlt.fileio import json_text
from mmlt.functional import confident_mistakes, confused_pairs, percent
from mmlt.functional.shots import SHOT_LIMITS
from mmlt.runs.dump import dump_of, load_predictions
from mmlt.runs.folder import WorkDir, read_work_dir
from mmlt.structures import Predictions

__all__ = ['RunRecord', 'load_run', 'make_record', 'record_of_predictions']

MISTAKES = 12  # that are shown


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
            :func:`~mmlt.evaluation.prediction_numbers`.
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
        source: 'run', or 'predictions' where a file of them is all there is;
            what is said of a training is then empty.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        confused: [true, predicted, number] of each pair of classes that was
            confused, where there is no ``confusion``; or None.
        mistakes: The most confident of them: 'row' of the test set, 'true'
            and 'predicted' class, 'confidence' in percent, and 'image', its
            path, where it is a file; None in a file of an earlier version.
        calibration: What calibrators that were fitted on held-out
            predictions do to these: 'fitted_on' (words), 'rows' (numbers of
            each), 'parameters', 'left_out' (name to reason); or None.
        repository: Of the person whose config it is, with its commit, as
            :func:`~mmlt.runs.record.own_repository` says; None: a recipe of
            mmlt.
        work_dir: As the command of the training named it; None: it did not.
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
    source: str = 'run'
    many: int = 100
    few: int = 20
    confused: list[list[int]] | None = None
    mistakes: list[dict] | None = None
    calibration: dict | None = None
    repository: dict | None = None
    work_dir: str | None = None

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


def load_run(
    path: str | Path, many: int | None = None, few: int | None = None
) -> tuple[RunRecord, Predictions]:
    """Record and predictions of a run, from its logs and predictions.

    The predictions are those in ``predictions_test.npz`` beside the
    checkpoint, and in ``predictions_train.npz`` if it is there. No network
    is built, and the checkpoint itself may be gone.

    Args:
        path: Work directory.
        many: Many-shot classes have more training images than this; None:
            as the metrics of the run have it.
        few: Few-shot classes have fewer; None: the same.

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
    record = make_record(run, predictions, trained_on, many, few)
    return record, predictions


def make_record(
    run: WorkDir,
    predictions: Predictions,
    trained_on: Predictions | None = None,
    many: int | None = None,
    few: int | None = None,
) -> RunRecord:
    """Everything a report says of a run.

    Args:
        run: What its folder says.
        predictions: On the test set.
        trained_on: On the training images, or None.
        many: As :func:`load_run`.
        few: As :func:`load_run`.

    Returns:
        The record, without a name.
    """
    limits = limits_of(run.config)
    many = limits['many'] if many is None else many
    few = limits['few'] if few is None else few
    return RunRecord(
        recipe=run.recipe,
        config=run.source,
        arguments=run.arguments,
        recipe_hash=text_hash(run.settings()),
        base_hash=text_hash(without_compression(run.settings())),
        settings=flat(run.settings() | shown_beside(run.config, run.path)),
        seed=run.seed,
        epochs=run.epoch,
        max_epochs=run.config.get('train_cfg', {}).get('max_epochs'),
        minutes=round(run.minutes, 1),
        device=run.device,
        commit=run.commit and run.commit[:10],
        commit_note=run.commit_note,
        repository=run.repository,
        work_dir=run.parts[-1].get('work_dir') if run.parts else None,
        checkpoint=run.checkpoint.name,
        checkpoint_hash=predictions.meta.get('checkpoint_hash'),
        head=predictions.meta.get('head'),
        compression=compression_of(run.config),
        curves={
            name: [list(epochs), [v if v == v else None for v in values]]
            for name, (epochs, values) in run.curves.items()
        },
        train=None if trained_on is None else training_numbers(trained_on),
        **_measured(predictions, many, few),
    )


def record_of_predictions(
    predictions: Predictions,
    name: str,
    number: int | None = None,
    many: int = 100,
    few: int = 20,
    calibration: dict | None = None,
) -> RunRecord:
    """Everything a report says of predictions without a run.

    Args:
        predictions: On the test set.
        name: Of the network or method; the same for several trainings of
            one.
        number: Of the training, where there are several of one name.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.
        calibration: As :class:`RunRecord`.

    Returns:
        The record, named.
    """
    return RunRecord(
        recipe=name,
        config=None,
        arguments=[],
        recipe_hash=text_hash(name),
        base_hash=text_hash(name),
        settings={},
        seed=number,
        epochs=0,
        max_epochs=None,
        minutes=0.0,
        device='',
        commit=None,
        commit_note='',
        checkpoint=Path(predictions.meta.get('checkpoint', '')).name,
        checkpoint_hash=predictions.meta.get('checkpoint_hash'),
        head=predictions.meta.get('head'),
        compression=None,
        curves={},
        train=None,
        name=name,
        source='predictions',
        calibration=calibration,
        **_measured(predictions, many, few),
    )


def _measured(predictions: Predictions, many: int, few: int) -> dict:
    """The fields of a record that follow from the predictions alone."""
    counts = predictions.class_counts.tolist()
    labels = predictions.labels.numpy().tobytes()
    numbers = prediction_numbers(predictions, many=many, few=few)
    confused = None
    if numbers['confusion'] is None:
        confused = confused_pairs(
            predictions.labels, predictions.logits.argmax(1), len(counts)
        ).tolist()
    return {
        'dataset': predictions.meta.get('dataset'),
        'labels_hash': hashlib.sha256(labels).hexdigest()[:16],
        'class_names': list(
            predictions.class_names or map(str, range(len(counts)))
        ),
        'class_counts': counts,
        'many': many,
        'few': few,
        'confused': confused,
        'mistakes': mistakes_of(predictions),
        **numbers,
    }


def mistakes_of(predictions: Predictions) -> list[dict]:
    """The most confident mistakes, for the field of a record."""
    probs = predictions.probabilities
    if probs is None:
        probs = predictions.logits.softmax(1)
    rows = confident_mistakes(probs, predictions.labels, MISTAKES)
    paths = getattr(predictions, 'image_paths', None)
    return [
        {
            'row': row,
            'true': int(predictions.labels[row]),
            'predicted': int(probs[row].argmax()),
            'confidence': round(float(percent(probs[row].max())), 2),
            **({} if paths is None else {'image': str(paths[row])}),
        }
        for row in rows.tolist()
    ]


def limits_of(config: Config) -> dict[str, int]:
    """Limits of the shot groups, as the metrics of a config have them."""
    limits = dict(SHOT_LIMITS['oltr'])
    metrics = config.get('test_evaluator') or {}
    if isinstance(metrics, dict):
        metrics = metrics.get('metrics') or [metrics]
    for metric in metrics:
        if metric.get('type') in ('ShotAccuracy', 'LongTailMetric'):
            limits |= {k: metric[k] for k in limits if k in metric}
    return limits


def compression_of(config: Config) -> dict | None:
    """Settings of the FCCNeck of a config, with its default strategy."""
    necks = config.model.get('neck') or []
    for neck in necks if isinstance(necks, list) else [necks]:
        if neck.get('type') == 'FCCNeck':
            return {'strategy': 'equal_difference', **neck}
    return None


def shown_beside(config: Config, folder: Path) -> dict:
    """Settings that make no other recipe, but may explain a difference.

    The weights that a second stage begins with are of its own seed, so they
    are no part of the recipe; nor is how the learning rate is scaled.

    Args:
        config: Of a run.
        folder: Of the run; a checkpoint in it is one of its own, from which
            it went on or was tested.
    """
    begun_with = config.get('load_from')
    if begun_with and Path(begun_with).parent.name == folder.name:
        begun_with = None
    found = {'load_from': begun_with}
    found['custom_hooks'] = {
        hook['type']: {k: v for k, v in hook.items() if k != 'type'} or True
        for hook in config.get('custom_hooks') or ()
        if isinstance(hook.get('type'), str)
    }
    if (config.get('auto_scale_lr') or {}).get('enable'):
        found['auto_scale_lr'] = config.auto_scale_lr
    return found


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
        if key == '_scope_':  # whose registry a part is in
            continue
        found |= flat(value, f'{prefix}.{key}' if prefix else str(key))
    return found


def text_hash(value) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
