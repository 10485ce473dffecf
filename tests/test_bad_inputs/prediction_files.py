"""Files of predictions, and other files of numbers, that are wrong."""

import json
from pathlib import Path

import numpy as np

from .bad_input import BadInput

META = {
    'split': 'test',
    'checkpoint': 'fcc/resnet20_digitslt/epoch_40.pth',
    'checkpoint_hash': 'abc',
    'model_prior': 'train',
}


def good(classes: int, seed: int, images: int = 60) -> dict:
    """Arrays of predictions of which some are wrong."""
    rng = np.random.default_rng(seed)
    return {
        'logits': rng.normal(size=(images, classes)).astype(np.float32),
        'labels': np.arange(images) % min(classes, 9),
        'class_counts': np.arange(200, 200 - 10 * classes, -10),
        'bias': np.zeros(classes, np.float32),
        'tau': np.linspace(1.5, 1, classes, dtype=np.float32),
    }


def save(
    path: Path, classes: int = 10, meta=None, seed: int = 0, **change
) -> Path:
    """Write predictions with some arrays changed, added or (None) left out.

    Args:
        path: The file.
        classes: C.
        meta: Changes of what the file says of itself; a text: that text.
        seed: Of the logits.
        **change: Name of an array to its value, or to a function of it.
    """
    arrays = good(classes, seed)
    for name, value in change.items():
        if callable(value):
            value = value(arrays[name].copy())
        arrays[name] = value
    arrays = {k: v for k, v in arrays.items() if v is not None}
    if not isinstance(meta, str):
        meta = json.dumps({**META, **(meta or {})})
    np.savez(path, meta=meta, **arrays)
    return path


def put(value, *where):
    """A function that puts a value somewhere into an array."""

    def changed(array):
        array = array.astype(float) if value != value else array
        array[where or ...] = value
        return array

    return changed


COMMANDS = {
    'posthoc': lambda bad, fit: ['posthoc', '--fit', fit, '--eval', bad],
    'test-agnostic': lambda bad, fit: ['test-agnostic', bad],
    'misclassified-area': lambda bad, fit: ['misclassified-area', bad],
    'gamma': lambda bad, fit: ['misclassified-area', bad, '--gamma', '-1'],
    'ratio': lambda bad, fit: ['test-agnostic', bad, '--ratios', '0.5'],
}


def row(name: str, command: str, sentence: str, **settings) -> BadInput:
    """One command on a file that :func:`save` writes."""

    def arrange(folder: Path, trained: Path) -> list:
        fit = save(folder / 'fit.npz', meta={'split': 'held-out'}, seed=1)
        bad = save(folder / 'bad.npz', **settings)
        return COMMANDS[command](bad, fit)

    return BadInput(f'{command}-{name}', arrange, sentence)


def fitted(name: str, sentence: str, *options: str, **settings) -> BadInput:
    """``posthoc`` fitted on a file that :func:`save` writes."""

    def arrange(folder: Path, trained: Path) -> list:
        settings.setdefault('meta', {'split': 'held-out'})
        fit = save(folder / 'fit.npz', **settings)
        both = {k: v for k, v in settings.items() if k == 'class_counts'}
        test = save(folder / 'test.npz', seed=1, **both)
        return ['posthoc', '--fit', fit, '--eval', test, *options]

    return BadInput(f'fit-{name}', arrange, sentence)


def written(name: str, command: str, write, sentence: str) -> BadInput:
    """One command on a file that a function writes."""

    def arrange(folder: Path, trained: Path) -> list:
        fit = save(folder / 'fit.npz', meta={'split': 'held-out'}, seed=1)
        bad = folder / 'bad.npz'
        write(bad)
        return COMMANDS[command](bad, fit)

    return BadInput(f'{command}-{name}', arrange, sentence)


def one_array(path: Path) -> None:
    """The content of a .npy under the name of a .npz."""
    np.save(path.with_suffix('.npy'), np.zeros(3))
    path.with_suffix('.npy').rename(path)


NAN, INF = float('nan'), float('inf')
ANEW = r'Write \S*bad\.npz again with tools/analysis_tools/dump_predictions'
READERS = ('posthoc', 'test-agnostic', 'misclassified-area')
# what a file may hold that no network and no data set has; each is read by
# one of the commands, which all read it in the same place
VALUES = [
    ('logits-nan', dict(logits=put(NAN, 3, 4)), 'logits without nan'),
    ('logits-all-masked', dict(logits=put(-INF, 5)), 'sample 5 are -inf'),
    (
        'logits-are-words',
        dict(logits=np.full((60, 10), 'a')),
        '`logits` to be floating point numbers, but got <U1',
    ),
    (
        'logits-complex',
        dict(logits=lambda a: a.astype(complex)),
        '`logits` to be floating point numbers, but got complex128',
    ),
    (
        'labels-fractions',
        dict(labels=lambda a: a + 0.5),
        '`labels` to be whole numbers, but got float64',
    ),
    ('label-out-of-range', dict(labels=put(10, 0)), 'labels from 0 to 9'),
    (
        'counts-fractions',
        dict(class_counts=lambda a: a + 0.5),
        '`class_counts` to be whole numbers, but got float64',
    ),
    (
        'counts-nan',
        dict(class_counts=put(NAN, 2)),
        '`class_counts` to be whole numbers',
    ),
    ('counts-negative', dict(class_counts=put(-1)), 'images per class, but'),
    (
        'counts-of-nine',
        dict(class_counts=lambda a: a[:9]),
        r'`class_counts` of 10 classes, but got the shape \(9,\)',
    ),
    ('tau-nan', dict(tau=put(NAN, 1)), '`tau` to be finite, but it holds nan'),
    ('tau-infinite', dict(tau=put(INF, 1)), '`tau` to be finite'),
    ('tau-negative', dict(tau=put(-1, 4)), '`tau` of every class to be >= 0'),
    ('bias-nan', dict(bias=put(NAN, 0)), '`bias` to be finite'),
    (
        'another-array',
        dict(foo=np.zeros(2)),
        "image_paths, but got 'foo' as well",
    ),
    (
        'names-of-nine',
        dict(class_names=np.array(list('abcdefghi'))),
        '`class_names` of 10 classes',
    ),
    ('split-unknown', dict(meta={'split': 'tset'}), "but got 'tset'"),
    ('checkpoint-number', dict(meta={'checkpoint': 5}), 'checkpoint, but'),
]
ROWS: list[BadInput] = [
    row(name, READERS[i % 3], f'{sentence}.*{ANEW}', **settings)
    for i, (name, settings, sentence) in enumerate(VALUES)
]
NONE = r'bad\.npz to be written by tools/analysis_tools/dump_predictions'
ROWS += [
    row('labels-missing', 'posthoc', 'it lacks labels', labels=None),
    row('says-a-list', 'test-agnostic', NONE, meta='[1]'),
    row('says-a-list', 'misclassified-area', NONE, meta='[1]'),
    row('says-no-json', 'posthoc', NONE, meta='{'),
    written('one-array', 'posthoc', one_array, NONE),
    written('empty', 'test-agnostic', Path.touch, NONE),
    written('folder', 'posthoc', Path.mkdir, 'bad.npz is a folder'),
    written('missing', 'test-agnostic', lambda p: None, 'does not exist'),
    row(
        'prior-unknown',
        'test-agnostic',
        '--model-prior train',
        meta={'model_prior': 'unknown'},
    ),
    row('no-compression', 'misclassified-area', 'Name --gamma', tau=None),
    row(
        'other-classes',
        'posthoc',
        'fit on and to report on, but got 10 and 9 classes',
        classes=9,
    ),
    row(
        'other-checkpoint',
        'posthoc',
        'to be of one checkpoint',
        meta={'checkpoint_hash': 'other'},
    ),
    fitted(
        'test-set', '--i-know-this-is-the-test-set', meta={'split': 'test'}
    ),
    fitted('training', 'knows them by heart', meta={'split': 'train'}),
    fitted(
        'all-right',
        'all 60 can be right at once',
        *('--calibrators', 'temperature', 'vector'),
        logits=lambda a: 9 * np.eye(10)[np.arange(60) % 9] + 0.0,
    ),
    fitted(
        'class-missing',
        'class 9 has none',
        *('--calibrators', 'vector'),
    ),
    fitted(
        'count-of-zero',
        'but class 3 has none.*temperature vector_balanced',
        class_counts=put(0, 3),
    ),
    fitted(
        'label-masked',
        'finite logit of every label, but that of sample 2 is -inf',
        logits=put(-INF, 2, 2),
    ),
    row('gamma-negative', 'gamma', '`gamma` to be'),
    row('ratio-below-one', 'ratio', '`ratio` to be a finite number >= 1'),
]
