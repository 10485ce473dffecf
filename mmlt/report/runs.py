"""From the folders of runs to their records: all that a report says."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mmengine.config import Config, ConfigDict

from mmlt.evaluation import run_numbers, training_numbers
from mmlt.runs.folder import WorkDir, read_work_dir
from mmlt.runs.predict import predictions_of
from mmlt.structures import Predictions

__all__ = [
    'by_recipe',
    'check_same_test_set',
    'file_name',
    'load_run',
    'set_names',
]

Progress = Callable[[Iterable], Iterable]
# what two runs must share to be compared, and what it is
TEST_SET = {
    'dataset': 'data set',
    'num_samples': 'number of test images',
    'labels_hash': 'test labels, in order',
    'class_counts': 'training images per class (and so the shot groups)',
}


def load_run(
    path: str | Path, progress: Progress = iter, train: bool = False
) -> tuple[dict, Predictions]:
    """Record and predictions of a run, from its work directory alone.

    Predictions on the test set are read from ``predictions_test.npz`` beside
    the checkpoint; where they are not there, lack the features or are of
    another checkpoint, they are made and written there. Those on the
    training images are read from ``predictions_train.npz`` where they are
    there.

    Args:
        path: Work directory.
        progress: Wraps the loader, to show how far it is.
        train: Whether predictions on the training images are made, too,
            where they are not there.

    Returns:
        The record, plain numbers and text (see :func:`make_record`), and the
        predictions on the test set, with features.

    Raises:
        FileNotFoundError: If the folder lacks config or checkpoint.
        ValueError: If the run cannot be read.
    """
    run = read_work_dir(path)
    predictions, trained_on = (
        predictions_of(path, split, True, make, progress)
        for split, make in (('test', True), ('train', train))
    )
    return make_record(run, predictions, trained_on), predictions


def make_record(
    run: WorkDir,
    predictions: Predictions,
    trained_on: Predictions | None = None,
) -> dict:
    """Everything a report says of a run, ready for a JSON file.

    Args:
        run: What its folder says.
        predictions: On the test set.
        trained_on: On the training images, or None.

    Returns:
        ``recipe``, ``config`` (its path, None where not recorded),
        ``arguments`` (of the command line, work directory apart),
        ``recipe_hash`` (equal for runs that differ by the seed alone) of
        ``settings``, ``base_hash`` (of those without the FCCNeck), ``seed``,
        ``epochs``, ``max_epochs``, ``minutes``, ``device``, ``commit``
        (None where not recorded), ``commit_note``, ``checkpoint``,
        ``checkpoint_hash``, ``head``, ``compression`` (settings of the
        FCCNeck, or None); ``dataset``, ``labels_hash``, ``class_names``,
        ``class_counts``; ``curves``; all of
        :func:`~mmlt.evaluation.run_numbers`; ``train``, all of
        :func:`~mmlt.evaluation.training_numbers`, or None.
    """
    counts = predictions.class_counts.tolist()
    names = predictions.class_names or map(str, range(len(counts)))
    return {
        'recipe': run.recipe,
        'config': run.source,
        'arguments': run.arguments,
        'recipe_hash': _text_hash(run.settings()),
        'base_hash': _text_hash(without_compression(run.settings())),
        'settings': flat(run.settings()),
        'seed': run.seed,
        'epochs': run.epoch,
        'max_epochs': run.config.get('train_cfg', {}).get('max_epochs'),
        'minutes': round(run.minutes, 1),
        'device': run.device,
        'commit': run.commit and run.commit[:10],
        'commit_note': run.commit_note,
        'checkpoint': run.checkpoint.name,
        'checkpoint_hash': predictions.meta.get('checkpoint_hash'),
        'head': predictions.meta.get('head'),
        'compression': compression_of(run.config),
        'dataset': predictions.meta.get('dataset'),
        'labels_hash': hashlib.sha256(
            predictions.labels.numpy().tobytes()
        ).hexdigest()[:16],
        'class_names': list(names),
        'class_counts': counts,
        'curves': {
            name: [list(epochs), [v if v == v else None for v in values]]
            for name, (epochs, values) in run.curves.items()
        },
        **run_numbers(predictions),
        'train': None if trained_on is None else training_numbers(trained_on),
    }


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
    name, the file where the folder is one, else both; with the settings that
    differ where two have one file ('fcc strategy=uniform').

    Args:
        records: Changed in place.
        names: For every record; None chooses them.

    Raises:
        ValueError: If there are more or fewer names than records, or two
            recipes have one name, or names that make one file name.
    """
    if names is None:
        names = short_names(records)
    if len(names) != len(records):
        raise ValueError(
            f'Expected one of `names` for each of {len(records)} runs, but '
            f'got {len(names)}.'
        )
    owner: dict[str, tuple[str, str]] = {}
    for record, name in zip(records, names, strict=True):
        mine = name, record['recipe_hash']
        other = owner.setdefault(slug(name).lower(), mine)
        if other != mine:
            raise ValueError(
                f'Expected recipes of different names, but two are {name!r}'
                + (f' and {other[0]!r}' if other[0] != name else '')
                + '. Name them with --names, in letters that a file name '
                'may have.'
            )
        record['name'] = name


def slug(name: str) -> str:
    """A name as a file may have it."""
    return re.sub(r'[^\w.-]+', '-', name).strip('-') or '-'


def short_names(records: Sequence[dict]) -> list[str]:
    """Names that tell the recipes apart, equal for the seeds of one."""
    recipes = {r['recipe_hash']: r['recipe'] for r in records}
    paths = dict.fromkeys(recipes.values())
    names = {path: path for path in paths}
    for part in (0, -1):
        short = {path: path.split('/')[part] for path in paths}
        whole = all('/' in path for path in paths)
        if whole and len(set(short.values())) == len(short):
            names = short
            break
    named = {}
    for path in paths:
        same = {r['recipe_hash']: r for r in records if r['recipe'] == path}
        if len(same) == 1:
            endings = ['']
        else:
            endings = differing_settings(list(same.values()))
        for key, ending in zip(same, endings, strict=True):
            named[key] = names[path] + ending
    return [named[r['recipe_hash']] for r in records]


def differing_settings(records: Sequence[dict]) -> list[str]:
    """What tells recipes of one file apart, ' strategy=uniform', or ' (2)'.

    Args:
        records: One of each recipe.
    """
    settings = [record.get('settings') or {} for record in records]
    paths = dict.fromkeys(path for s in settings for path in s)
    differ = [p for p in paths if len({repr(s.get(p)) for s in settings}) > 1]
    endings = []
    for mine in settings:
        told = [f'{p.split(".")[-1]}={mine[p]}' for p in differ if p in mine]
        endings.append(''.join(f' {text}' for text in told))
    readable = len(differ) <= 3 and max(map(len, endings)) <= 40
    if readable and len(set(endings)) == len(endings):
        return endings
    return ['', *(f' ({i})' for i in range(2, len(records) + 1))]


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
    return f'{slug(record["name"])}-seed{record["seed"]}.json'


def _text_hash(value) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
