"""Columns that are named by the classes: labels, and what is missing."""

import numpy as np
import pytest

from mmlt.predictions import label_numbers, scores_of
from mmlt.predictions.named_columns import named_labels
from mmlt.predictions.reading import read_arrays

HEAD = 'logit_fox,logit_owl,logit_ant,label'
NAMES = ['fox', 'owl', 'ant']
OTHER = ['ant', 'fox', 'owl']


@pytest.fixture
def table(tmp_path):
    def write(*labels, head=HEAD):
        rows = [f'5,{i},1,{label}' for i, label in enumerate(labels)]
        path = tmp_path / 'q.csv'
        path.write_text('\n'.join([head, *rows]) + '\n')
        return path

    return write


def read(path, names=None, names_from=None):
    """Numbers of the labels, and the first row of the scores."""
    got = scores_of(read_arrays(path), path, None, names, names_from)
    numbers = label_numbers(got.labels, 3, got.names, str(path), by_name=True)
    return numbers.tolist(), got.values[0].tolist()


@pytest.mark.parametrize('labels', [('0', '2', '1'), ('0.0', '2.0', '1.0')])
def test_numbers_count_the_columns(labels, table):
    assert read(table(*labels)) == ([0, 2, 1], [5, 0, 1])
    assert read(table('fox', 'ant', 'owl')) == ([0, 2, 1], [5, 0, 1])
    # a file of counts with the order of the columns says the same
    assert read(table(*labels), NAMES, 'c.csv')[0] == [0, 2, 1]


def test_numbers_count_the_names_that_were_given(table):
    """As in Python: class_names are the order, the columns follow them."""
    assert read(table('0', '2', '1'), OTHER) == ([0, 2, 1], [1, 5, 0])
    by_name = read(table('ant', 'owl', 'fox'), OTHER)
    assert by_name == ([0, 2, 1], [1, 5, 0])


def test_the_order_of_the_classes_is_not_guessed(table):
    path = table('0', '2', '1')
    with pytest.raises(
        ValueError,
        match='the label 0 of .*q.csv is, but its columns have the order fox, '
        'owl, ant, and c.csv has ant, fox, owl. .*--names',
    ):
        read(path, OTHER, 'c.csv')
    # names say it themselves
    path = table('ant', 'owl', 'fox')
    assert read(path, OTHER, 'c.csv')[0] == [0, 2, 1]


@pytest.mark.parametrize(
    ('labels', 'sentence'),
    [
        (('0', '3'), 'from 0 to 2 .*sample 1 has 3'),
        (('1', '2', '3'), 'numbered from 1: take 1 off'),
        (('-1', '0'), 'sample 0 has -1'),
        (('fox', '1'), r'names of the classes \(fox, owl, ant\), but got 1'),
    ],
)
def test_wrong_labels_are_refused(labels, sentence, table):
    with pytest.raises(ValueError, match=sentence):
        read(table(*labels))


def test_classes_that_are_numbers_have_labels_by_name(table):
    head = 'logit_1,logit_2,logit_10,label'
    names = ['1', '2', '10']
    assert read(table('1', '10', head=head), names)[0] == [0, 2]
    with pytest.raises(ValueError, match=r'\(1, 2, 10\), but got 0'):
        read(table('0', '1', head=head), names)
    # the numbers of a Parquet file are the same names
    for kind in (np.int64, np.float64):
        got = named_labels(np.array([1, 10], kind), names, names, 'q', None)
        assert got.tolist() == ['1', '10']


def test_a_missing_column_is_named(table):
    with pytest.raises(
        ValueError,
        match='and the list of the classes to have the same classes, but '
        'column logit_bee is missing in .*q.csv. Write',
    ):
        read(table('fox'), [*NAMES, 'bee'])


def test_both_files_are_named_where_they_differ(table):
    with pytest.raises(
        ValueError,
        match='q.csv and short.csv to have the same classes, but short.csv '
        'has no class owl, which .*q.csv has scores of. .*0 for a class',
    ):
        read(table('fox'), ['fox', 'ant'], 'short.csv')
    with pytest.raises(
        ValueError,
        match='but columns logit_red fox, logit_bee are missing in .*q.csv, '
        'and c.csv has no class fox, which',
    ):
        read(table('fox'), ['red fox', 'owl', 'ant', 'bee'], 'c.csv')
