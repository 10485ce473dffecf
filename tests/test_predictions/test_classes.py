"""Names, numbers and training images of the classes."""

import numpy as np
import pytest

from mmlt.predictions import label_numbers, read_class_names, read_counts

NAMES = ['ant', 'bee', 'cat']
FILES = {
    'names': ('c.csv', 'class,images\nbee,20\nant,50\ncat,5\n'),
    'no-head': ('c.csv', 'cat,5\nant,50\n\nbee,20'),
    'semicolons': ('c.csv', 'class;images\r\nant;50\r\nbee;20\r\ncat;5\r\n'),
    'tabs': ('c.tsv', 'ant\t50\nbee\t20\ncat\t5\n'),
    'fractions': ('c.csv', 'class,images\nant,50.0\nbee,20.0\ncat,5.0\n'),
    'numbers': ('c.csv', 'class,images\n2,5\n0,50\n1,20\n'),
    'one-column': ('c.txt', '50\n20\n5\n'),
    'one-column-head': ('c.csv', 'images\n50\n20\n5\n'),
    'mark': ('c.csv', '\ufeffant,50\nbee,20\ncat,5\n'),
    'json-list': ('c.json', '[50, 20, 5]'),
    'json-object': ('c.json', '{"cat": 5, "ant": 50, "bee": 20}'),
}


@pytest.mark.parametrize('name', FILES)
def test_counts_are_read_in_the_order_of_the_classes(name, tmp_path):
    file, text = FILES[name]
    (tmp_path / file).write_text(text, encoding='utf-8')
    counts, own = read_counts(tmp_path / file, NAMES)
    assert counts == [50, 20, 5]
    assert own is None


def test_counts_bring_the_names_where_none_were_given(tmp_path):
    (tmp_path / 'c.csv').write_text('bee,20\nant,50\n')
    assert read_counts(tmp_path / 'c.csv') == ([20, 50], ['bee', 'ant'])


def test_names_are_one_a_line(tmp_path):
    (tmp_path / 'n.txt').write_text('ant\n bee \r\ncat\n\n')
    assert read_class_names(tmp_path / 'n.txt') == NAMES


@pytest.mark.parametrize(
    'labels',
    [
        np.array([2, 0, 1], np.int32),
        np.array([2.0, 0.0, 1.0]),
        np.array(['cat', 'ant', 'bee']),
        np.array(['cat', 'ant', 'bee'], object),
        np.array(['2', '0', '1']),
        np.array(['2.0', '0.0', '1.0']),
    ],
    ids=lambda labels: f'{labels.dtype}-{labels[0]}',
)
def test_labels_are_numbers_or_names(labels):
    assert label_numbers(labels, 3, NAMES, 'p').tolist() == [2, 0, 1]


def test_a_text_that_is_one_class_and_names_another_is_refused():
    """Names that were sorted as texts: 0, 1, 10, 2."""
    names = ['0', '1', '10', '2']
    texts = np.array(['0', '2', '1'])
    with pytest.raises(ValueError, match='the number of 10 and the name of'):
        label_numbers(texts, 4, names, 'p')
    got = label_numbers(texts, 4, names, 'p', by_name=True)
    assert got.tolist() == [0, 3, 1]
    assert label_numbers(np.array([0, 2]), 4, names, 'p').tolist() == [0, 2]


def test_labels_from_one_on_are_told_so():
    with pytest.raises(ValueError, match='numbered from 1: take 1 off'):
        label_numbers(np.array([1, 2, 3]), 3, None, 'p')
