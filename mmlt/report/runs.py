"""From the folders of runs to their records: all that a report says."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmlt.engine.prediction_dump import load_network, predict_split
from mmlt.engine.work_dir import WorkDir, read_work_dir
from mmlt.evaluation import run_numbers
from mmlt.functional import head_to_vmf, vmf_overlap
from mmlt.structures import Predictions, load_predictions, save_predictions

Progress = Callable[[Iterable], Iterable]
# what two runs must share to be compared, and what it is
TEST_SET = {
    'dataset': 'data set',
    'num_samples': 'number of test images',
    'labels_hash': 'test labels, in order',
    'class_counts': 'training images per class (and so the shot groups)',
}


def load_run(
    path: str | Path, progress: Progress = iter
) -> tuple[dict, Predictions]:
    """Record and predictions of a run, from its work directory alone.

    Predictions on the test set are read from ``predictions_test.npz`` beside
    the checkpoint; where they are not there, lack the features or are of
    another checkpoint, they are made and written there.

    Args:
        path: Work directory.
        progress: Wraps the loader, to show how far it is.

    Returns:
        The record, plain numbers and text (see :func:`make_record`), and the
        predictions, with features.

    Raises:
        FileNotFoundError: If the folder lacks config or checkpoint.
        ValueError: If the run cannot be read.
    """
    run = read_work_dir(path)
    file = run.checkpoint.parent / 'predictions_test.npz'
    predictions = load_predictions(file) if file.is_file() else None
    if predictions is None or not _of_checkpoint(predictions, run.checkpoint):
        cfg = Config.fromfile(run.config_path)
        predictions = predict_split(
            cfg, run.checkpoint, 'test', with_features=True, progress=progress
        )
        save_predictions(predictions, file)
    return make_record(run, predictions), predictions


def _of_checkpoint(predictions: Predictions, checkpoint: Path) -> bool:
    """Whether a dump has features and is of this checkpoint's content."""
    return (
        predictions.features is not None
        and predictions.meta['split'] == 'test'
        and predictions.meta.get('checkpoint_hash') == _hash(checkpoint)
    )


def make_record(run: WorkDir, predictions: Predictions) -> dict:
    """Everything a report says of a run, ready for a JSON file.

    Args:
        run: What its folder says.
        predictions: On the test set.

    Returns:
        ``recipe``, ``recipe_hash`` (equal for runs that differ by the seed
        alone), ``seed``, ``epochs``, ``max_epochs``, ``minutes``, ``device``,
        ``commit`` (None: a folder does not say), ``checkpoint``,
        ``checkpoint_hash``, ``head``, ``compression`` (settings of the
        FCCNeck, or None); ``dataset``, ``labels_hash``, ``class_names``,
        ``class_counts``; ``curves``; and all of
        :func:`~mmlt.evaluation.run_numbers`.
    """
    init_default_scope(run.config.get('default_scope', 'mmpretrain'))
    model, meta = load_network(run.config, run.checkpoint)
    try:
        with torch.no_grad():
            overlap = vmf_overlap(*head_to_vmf(model.head, torch.float64))
    except TypeError:  # a head that is no density
        overlap = None
    counts = predictions.class_counts.tolist()
    names = (meta.get('dataset_meta') or {}).get('classes')
    return {
        'recipe': run.recipe,
        'recipe_hash': _text_hash(run.settings()),
        'seed': run.seed,
        'epochs': run.epoch,
        'max_epochs': run.config.get('train_cfg', {}).get('max_epochs'),
        'minutes': round(run.minutes, 1),
        'device': run.device,
        'commit': None,
        'checkpoint': run.checkpoint.name,
        'checkpoint_hash': predictions.meta.get('checkpoint_hash'),
        'head': predictions.meta.get('head'),
        'compression': compression_of(run.config),
        'dataset': predictions.meta.get('dataset'),
        'labels_hash': hashlib.sha256(
            predictions.labels.numpy().tobytes()
        ).hexdigest()[:16],
        'class_names': list(names or map(str, range(len(counts)))),
        'class_counts': counts,
        'curves': {
            name: [list(epochs), [v if v == v else None for v in values]]
            for name, (epochs, values) in run.curves.items()
        },
        **run_numbers(predictions, overlap),
    }


def compression_of(config: Config) -> dict | None:
    """Settings of the FCCNeck of a config, with its default strategy."""
    necks = config.model.get('neck') or []
    for neck in necks if isinstance(necks, list) else [necks]:
        if neck.get('type') == 'FCCNeck':
            return {'strategy': 'equal_difference', **neck}
    return None


def check_same_test_set(records: Sequence[dict]) -> None:
    """Refuse to compare runs that were not tested on the same images.

    Args:
        records: Of :func:`load_run`.

    Raises:
        ValueError: Naming two runs and what they differ in.
    """
    first = records[0]
    for other in records[1:]:
        for key, words in TEST_SET.items():
            if first[key] == other[key]:
                continue
            values = (
                f': {first[key]} and {other[key]}'
                if key in ('dataset', 'num_samples')
                else ''
            )
            raise ValueError(
                'Expected runs on the same test set, but '
                f'{first["recipe"]} and {other["recipe"]} differ in the '
                f'{words}{values}. Make one report for each test set.'
            )


def set_names(
    records: Sequence[dict], names: Sequence[str] | None = None
) -> None:
    """Give every record its ``name``, short, the same for all its seeds.

    What tells the recipes apart: the folder ('fcc') where the files have one
    name, the file where the folder is one, else both.

    Args:
        records: Changed in place.
        names: For every record; None chooses them.

    Raises:
        ValueError: If there are more or fewer names than records, or two
            recipes have one name.
    """
    if names is None:
        names = short_names(records)
    if len(names) != len(records):
        raise ValueError(
            f'Expected one of `names` for each of {len(records)} runs, but '
            f'got {len(names)}.'
        )
    owner: dict[str, str] = {}
    for record, name in zip(records, names, strict=True):
        if (
            owner.setdefault(name, record['recipe_hash'])
            != (record['recipe_hash'])
        ):
            raise ValueError(
                f'Expected recipes of different names, but two are {name!r}. '
                'Name them with --names.'
            )
        record['name'] = name


def short_names(records: Sequence[dict]) -> list[str]:
    """Names that tell the recipes apart, equal for the seeds of one."""
    recipes = {r['recipe_hash']: r['recipe'] for r in records}
    for part in (0, -1):
        short = {h: r.split('/')[part] for h, r in recipes.items()}
        whole = all('/' in r for r in recipes.values())
        if whole and len(set(short.values())) == len(short):
            return [short[r['recipe_hash']] for r in records]
    names, taken = {}, []
    for key, recipe in recipes.items():
        taken.append(recipe)
        times = taken.count(recipe)
        names[key] = recipe if times == 1 else f'{recipe} ({times})'
    return [names[r['recipe_hash']] for r in records]


def by_recipe(records: Sequence[dict]) -> dict[str, list[dict]]:
    """Records by name: the seeds of one recipe together, in order.

    Raises:
        ValueError: If one recipe has the same seed twice.
    """
    groups: dict[str, list[dict]] = {}
    for record in records:
        groups.setdefault(record['name'], []).append(record)
    for name, group in groups.items():
        seeds = [record['seed'] for record in group]
        if len(set(seeds)) < len(seeds):
            raise ValueError(
                f'Expected runs of {name} with different seeds, but got '
                f'{seeds}: a run counts once.'
            )
    return groups


def file_name(record: dict) -> str:
    """Name of the file of a record."""
    safe = ''.join(
        c if c.isalnum() or c in '-_.' else '-' for c in record['name']
    )
    return f'{safe}-seed{record["seed"]}.json'


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _text_hash(value) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
