"""Which class a column of scores is of is known, or refused; never guessed."""

import json

import numpy as np
import pytest

from mmlt.cli.main import main

NAMES = ['yak', 'ant', 'bee', 'cat']
COUNTS = [300, 150, 30, 4]


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.arange(80) % 4
    logits = rng.normal(size=(80, 4))
    logits[np.arange(80), labels] += 1.5
    np.savez(tmp_path / 'bare.npz', logits=logits, labels=labels)
    named = {'class_names': np.array(NAMES)}
    np.savez(tmp_path / 'named.npz', logits=logits, labels=labels, **named)
    pairs = [f'{n},{c}' for n, c in zip(NAMES, COUNTS, strict=True)]
    (tmp_path / 'counts.csv').write_text('\n'.join(['class,count', *pairs]))
    other = ['class,count', *sorted(pairs)]
    (tmp_path / 'shuffled.csv').write_text('\n'.join(other))
    (tmp_path / 'alone.csv').write_text('\n'.join(map(str, COUNTS)))
    (tmp_path / 'names.txt').write_text('\n'.join(NAMES))
    return tmp_path


def evaluated(folder, file, counts, *words):
    """The record that `mmlt evaluate` writes."""
    out = folder / f'report-{file}-{counts}'
    files = [folder / name for name in file.split()]
    given = ['--predictions', *files, '--train-counts', folder / counts]
    main(['evaluate', *map(str, given), '--out', str(out), *map(str, words)])
    (path,) = (out / 'numbers').glob('*.json')
    return json.loads(path.read_text())


@pytest.mark.parametrize('counts', ['counts.csv', 'shuffled.csv'])
def test_scores_without_names_need_the_order_of_the_classes(folder, counts):
    words = rf'bare.npz is of.*{counts} need not.*--names classes.txt'
    with pytest.raises(SystemExit, match=words):
        evaluated(folder, 'bare.npz', counts)


def test_counts_by_name_are_brought_into_the_order_of_the_scores(folder):
    plain = evaluated(folder, 'bare.npz', 'alone.csv')
    assert plain['class_counts'] == COUNTS
    names = '--names', folder / 'names.txt'
    for record in (
        evaluated(folder, 'bare.npz', 'shuffled.csv', *names),
        evaluated(folder, 'named.npz', 'shuffled.csv'),
        evaluated(folder, 'named.npz', 'counts.csv'),
        evaluated(folder, 'named.npz', 'alone.csv'),
    ):
        assert record['class_counts'] == COUNTS
        assert record['class_names'] == NAMES
        assert record['numbers'] == plain['numbers']


def write_table(folder, name, columns, labels_as_names=False):
    """The same predictions with a column for each class, in some order."""
    with np.load(folder / 'bare.npz') as file:
        logits, labels = file['logits'], file['labels']
    place = [NAMES.index(column) for column in columns]
    rows = [','.join([*(f'logit_{c}' for c in columns), 'label'])]
    for scores, label in zip(logits, labels, strict=True):
        said = NAMES[label] if labels_as_names else str(label)
        rows.append(','.join([*map(str, scores[place]), said]))
    (folder / name).write_text('\n'.join(rows) + '\n')


def test_labels_of_named_columns_may_be_numbers(folder):
    plain = evaluated(folder, 'bare.npz', 'alone.csv')
    write_table(folder, 'q.csv', NAMES)
    write_table(folder, 'sorted.csv', sorted(NAMES))
    names = '--names', folder / 'names.txt'
    for record in (
        evaluated(folder, 'q.csv', 'counts.csv'),
        evaluated(folder, 'q.csv', 'alone.csv'),
        evaluated(folder, 'q.csv', 'shuffled.csv', *names),
        evaluated(folder, 'sorted.csv', 'shuffled.csv', *names),
    ):
        assert record['numbers'] == plain['numbers']
        assert record['class_names'] == NAMES
    with pytest.raises(SystemExit, match='columns have the order yak.*shuff'):
        evaluated(folder, 'q.csv', 'shuffled.csv')
    # nor is the order of a second file that of the first
    write_table(folder, 'q.csv', NAMES, labels_as_names=True)
    with pytest.raises(SystemExit, match='columns have the order ant.*q.csv'):
        evaluated(folder, 'q.csv sorted.csv', 'alone.csv')


def test_counts_of_other_classes_are_said_of_the_counts(folder):
    write_table(folder, 'q.csv', NAMES, labels_as_names=True)
    text = (folder / 'counts.csv').read_text()
    (folder / 'short.csv').write_text(text.replace('bee,30\n', ''))
    with pytest.raises(SystemExit, match='short.csv has no class bee, which'):
        evaluated(folder, 'q.csv', 'short.csv')
    (folder / 'c.csv').write_text(text.replace('bee', 'red bee'))
    with pytest.raises(
        SystemExit,
        match='column logit_red bee is missing in .*q.csv, and .*c.csv has '
        'no class bee',
    ):
        evaluated(folder, 'q.csv', 'c.csv')
