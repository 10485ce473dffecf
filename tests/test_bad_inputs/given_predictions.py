"""Predictions of other frameworks, their counts and names, that are wrong."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .bad_input import BadInput, call

LABELS = np.arange(24) % 4
LOGITS = np.random.default_rng(0).normal(size=(24, 4))
PROBS = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
COUNTS = 'class,images\n0,200\n1,50\n2,30\n3,4\n'
GOOD = {'logits': LOGITS, 'labels': LABELS}


class Code:
    """Would print, were the pickle run."""

    def __reduce__(self):
        return print, ('code',)


def saved(path: Path, content) -> None:
    """Write what a row holds, in the format of the file's ending."""
    if callable(content):
        content(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content)
    elif path.suffix == '.npz':
        np.savez(path, **content)
    else:
        path.write_bytes(pickle.dumps(content))


def row(
    name: str,
    sentence: str,
    *options: str,
    file: str = 'p.npz',
    content=GOOD,
    counts: str | None = COUNTS,
    **others,
) -> BadInput:
    """``mmlt evaluate`` on a file.

    Args:
        name: What is wrong.
        sentence: Regular expression that the line must match.
        *options: Further words of the command line.
        file: Name of the file of predictions.
        content: Of it, see :func:`saved`.
        counts: Text of counts.csv; None: there is none, and no option.
        **others: Stem of a further file to its content; a .npz, or a .txt
            where it is a text.
    """

    def arrange(folder: Path, trained: Path) -> list:
        saved(folder / file, content)
        for stem, what in others.items():
            ending = '.txt' if isinstance(what, str) else '.npz'
            saved(folder / (stem if '.' in stem else stem + ending), what)
        words = ['evaluate', '--predictions', folder / file]
        if counts is not None:
            saved(folder / 'counts.csv', counts)
            words += ['--train-counts', folder / 'counts.csv']
        return [*words, '--out', folder / 'report', *options]

    return BadInput(name, arrange, sentence)


def arrays(change: Callable[[dict], object] | None = None, **new) -> dict:
    """Good arrays, of which some are others."""
    content = {k: v.copy() for k, v in (GOOD | new).items()}
    if change:
        change(content)
    return {k: v for k, v in content.items() if v is not None}


def table(rows: list[list], head: str) -> str:
    """A CSV."""
    return '\n'.join([head, *(','.join(map(str, r)) for r in rows)]) + '\n'


HEAD = 'label,logit_0,logit_1,logit_2,logit_3'
NAN = LOGITS.copy()
NAN[7, 2] = np.nan
ROWS: list[BadInput] = [
    call(
        'missing',
        'evaluate --predictions gone.npz',
        r'gone\.npz does not exist.*np\.savez',
    ),
    row('folder', 'is a folder', content=Path.mkdir),
    row('empty', 'it is empty', content=b''),
    row('text', 'cannot be read', content=b'not an archive'),
    row(
        'format', r'ends with one of \.npz, \.csv', file='p.mat', content=b'x'
    ),
    row(
        'no-scores',
        'of the scores in .* but got labels, foo. Name the scores',
        content={'labels': LABELS, 'foo': LOGITS},
    ),
    row(
        'no-labels',
        'of the labels in .* but got logits. Name the scores',
        content={'logits': LOGITS},
    ),
    row(
        'two-scores',
        'Expected one array .* logits and probs',
        content=arrays(probs=PROBS),
    ),
    row(
        'kind-unsaid',
        'Say it \\(--kind logits\\)',
        content={'scores': LOGITS, 'labels': LABELS},
    ),
    row('kind-other', 'which are logits', '--kind', 'probabilities'),
    row(
        'logits-as-probabilities',
        '24 of 24 samples are not: sample 0 .*--kind logits',
        content={'probs': LOGITS, 'labels': LABELS},
    ),
    row(
        'probabilities-as-logits',
        'these are probabilities',
        content={'logits': PROBS, 'labels': LABELS},
    ),
    row(
        'percent',
        'sum 100',
        content={'probs': 100 * PROBS, 'labels': LABELS},
    ),
    row('nan', 'sample 7. Did the training', content=arrays(logits=NAN)),
    row(
        'of-predicted-class',
        'score of every class',
        content=arrays(logits=LOGITS.max(1)),
    ),
    row(
        'label-beyond',
        'labels from 0 to 3 .* sample 0 has 4',
        content=arrays(lambda a: a['labels'].put(0, 4)),
    ),
    row(
        'labels-from-one',
        'take 1 off',
        content=arrays(labels=LABELS + 1),
    ),
    row('labels-fewer', 'but got 23', content=arrays(labels=LABELS[1:])),
    row(
        'labels-names',
        "for the label 'a' .*--names",
        content=arrays(labels=np.array(list('abcd'))[LABELS]),
    ),
    row(
        'labels-other-names',
        'names of the classes .*but got d',
        *('--names', 'names.txt'),
        content=arrays(labels=np.array(list('abcd'))[LABELS]),
        names='a\nb\nc\ne\n',
    ),
    row(
        'names-fewer',
        '4 classes .*3 names',
        '--names',
        'names.txt',
        names='a\nb\nc\n',
    ),
    row(
        'names-twice',
        "'a' twice",
        '--names',
        'names.txt',
        names='a\na\nc\nd\n',
    ),
    row('names-missing', 'with the names of the classes', '--names', 'no.txt'),
    row('counts-none', r'--train-counts counts\.csv', counts=None),
    row('counts-fewer', 'of 4 classes.* got 3', counts='9\n5\n2\n'),
    row(
        'counts-gap',
        'none for 2 and 4, which is no class',
        counts='0,9\n1,5\n3,2\n4,1\n',
    ),
    row(
        'counts-other-names',
        'none for d and e, which is no class',
        *('--names', 'names.txt'),
        counts='a,9\nb,5\nc,2\ne,1\n',
        names='a\nb\nc\nd\n',
    ),
    row('counts-twice', 'again in line 3', counts='0,9\n1,5\n1,2\n'),
    row('counts-words', 'line 2 is', counts='class,images\n0,many\n1,5\n'),
    row('counts-empty', 'it is empty', counts=''),
    row('counts-negative', 'whole number >= 0', counts='0,9\n1,-5\n'),
    row(
        'csv-of-no-numbers',
        'a number in every row',
        file='p.csv',
        content=table([[0, 1, 2, 3, 'x']], HEAD),
    ),
    row(
        'csv-empty-cell',
        'a number in every row',
        file='p.csv',
        content=table([[0, 1, 2, 3, '']], HEAD),
    ),
    row(
        'csv-short-row',
        'a number in every row',
        file='p.csv',
        content=table([[0, 1, 2, 3, 4], [0, 1, 2]], HEAD),
    ),
    row('csv-no-rows', 'one or more samples', file='p.csv', content=HEAD),
    row(
        'csv-column-twice',
        "'logit_0' is there twice",
        file='p.csv',
        content=table([[0, 1, 2]], 'label,logit_0,logit_0'),
    ),
    row(
        'csv-class-missing',
        'none for 2 and 4',
        file='p.csv',
        content=table(
            [[0, 1, 2, 3, 4]], 'label,logit_0,logit_1,logit_3,logit_4'
        ),
    ),
    row(
        'csv-other-names',
        'column logit_d is missing in .*p.csv, and the list .* no class e',
        *('--names', 'names.txt'),
        file='p.csv',
        content=table(
            [[0, 1, 2, 3, 4]], 'label,logit_a,logit_b,logit_c,logit_e'
        ),
        counts=None,
        names='a\nb\nc\nd\n',
    ),
    row(
        'csv-first-line-empty',
        'its first line is empty',
        file='p.csv',
        content='\n1,2\n',
    ),
    row(
        'pickle-of-code',
        'holds .*print.*could run code',
        file='p.pkl',
        content={'logits': LOGITS, 'labels': Code()},
    ),
    row('pickle-damaged', 'a whole pickle', file='p.pkl', content=b'\x80\x04'),
    row('pickle-of-a-number', 'but got int', file='p.pkl', content=3),
    row(
        'pickle-uneven-batches',
        'as many classes in every row and batch',
        file='p.pkl',
        content=[
            {'logits': LOGITS, 'labels': LABELS},
            {'logits': LOGITS[:, :3], 'labels': LABELS},
        ],
    ),
    row('parquet-damaged', 'p.parquet', file='p.parquet', content=b'PAR'),
    row(
        'other-test-set',
        'same test set, but p and q differ in the test labels',
        *('--predictions', 'q.npz'),
        q=arrays(labels=LABELS[::-1]),
    ),
    row(
        'fewer-samples',
        'number of test images: 24 and 20',
        *('--predictions', 'q.npz'),
        q={'logits': LOGITS[:20], 'labels': LABELS[:20]},
    ),
    row(
        'held-out-is-test',
        'the predictions that are reported on',
        *('--held-out', 'p.npz'),
    ),
    row(
        'held-out-other-classes',
        'training images of 3 classes',
        *('--held-out', 'q.npz'),
        q={'logits': LOGITS[:, :3], 'labels': LABELS % 3},
    ),
    row(
        'held-out-fewer', 'expected one for each of 1', '--held-out', 'a', 'b'
    ),
    row('models-more', 'expected one for each of 1', '--models', 'a', 'b'),
    row('few-above-many', 'at most --many', '--few', '200'),
    call('few-above-many-report', 'report run --few 9 --many 8', 'at most'),
    row(
        'out-is-a-page',
        'holds another README.md',
        *('--out', '.'),
        **{'README.md': '# mine'},
    ),
]
