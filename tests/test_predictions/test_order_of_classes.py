"""Which class a column of scores is of is known, or refused; never guessed."""

import json

import numpy as np
import pytest
import torch

from mmlt.cli.main import main
from mmlt.predictions import read_predictions

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
        evaluated(folder, 'named.npz', 'counts.csv'),
        evaluated(folder, 'named.npz', 'alone.csv'),
    ):
        assert record['class_counts'] == COUNTS
        assert record['class_names'] == NAMES
        assert record['numbers'] == plain['numbers']
    # and the scores into that of the counts, as those of a table
    record = evaluated(folder, 'named.npz', 'shuffled.csv')
    assert record['class_names'] == sorted(NAMES)
    assert record['class_counts'] == [150, 30, 4, 300]
    assert record['numbers'] == pytest.approx(plain['numbers'], rel=1e-12)


@pytest.fixture
def permuted(folder):
    """The same predictions with the classes in another order."""
    order = [3, 1, 0, 2]
    with np.load(folder / 'named.npz') as file:
        logits, labels = file['logits'][:, order], file['labels']
    names = np.array(NAMES)
    np.savez(
        folder / 'permuted.npz',
        logits=logits,
        labels=np.argsort(order)[labels],
        class_names=names[order],
        class_counts=np.array(COUNTS)[order],
    )
    np.savez(
        folder / 'permuted-names.npz',
        logits=logits,
        labels=names[labels],
        class_names=names[order],
    )
    return folder


@pytest.mark.parametrize('file', ['permuted.npz', 'permuted-names.npz'])
def test_an_npz_with_names_is_put_into_the_common_order(permuted, file):
    first = read_predictions(permuted / 'named.npz', COUNTS)
    got = read_predictions(
        permuted / file, COUNTS, NAMES, names_from='counts.csv'
    )
    assert got.class_names == NAMES
    assert got.class_counts.tolist() == COUNTS
    assert torch.equal(got.logits, first.logits)
    assert torch.equal(got.labels, first.labels)


def test_class_counts_of_an_npz_move_with_its_classes(permuted):
    got = read_predictions(
        permuted / 'permuted.npz', None, NAMES, names_from='named.npz'
    )
    assert got.class_counts.tolist() == COUNTS


def test_calibrators_go_to_their_classes_in_whatever_order(permuted):
    words = ['--calibrators', 'none', 'vector_balanced', '--held-out']
    with np.load(permuted / 'named.npz') as file:
        part = {'logits': file['logits'][::2], 'labels': file['labels'][::2]}
        order = [3, 1, 0, 2]
        np.savez(
            permuted / 'held.npz', **part, class_names=file['class_names']
        )
        np.savez(
            permuted / 'held-permuted.npz',
            logits=part['logits'][:, order],
            labels=np.argsort(order)[part['labels']],
            class_names=file['class_names'][order],
        )
    expected, got = (
        evaluated(permuted, 'named.npz', counts, *words, permuted / held)
        for counts, held in (
            ('counts.csv', 'held.npz'),
            ('alone.csv', 'held-permuted.npz'),
        )
    )
    assert got['calibration']['rows'] == expected['calibration']['rows']


def test_names_in_another_order_than_the_file_says_are_refused(permuted):
    names = permuted / 'names.txt'
    both = r'permuted.npz is cat, ant, yak, bee, and .* are yak, ant, bee, cat'
    with pytest.raises(SystemExit, match=both):
        evaluated(permuted, 'permuted.npz', 'counts.csv', '--names', names)
    with pytest.raises(ValueError, match='one order of the classes'):
        read_predictions(permuted / 'permuted.npz', None, NAMES)
    names.write_text('yak\nant\nbee\nowl')
    with pytest.raises(SystemExit, match='owl and cat, which is no class'):
        evaluated(permuted, 'permuted.npz', 'alone.csv', '--names', names)


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
