"""The table of `mmlt predict`, with a column of labels, is evaluated."""

import csv

import numpy as np
import pytest
import torch

import mmlt
from mmlt.cli.main import main
from mmlt.predictions import read_predictions, scores_of
from mmlt.predictions.reading import read_arrays
from mmlt.report.table import csv_text

NAMES = ['owl', 'ant', 'fox']


@pytest.fixture
def probabilities():
    logits = torch.linspace(-2, 2, 21, dtype=torch.float64).reshape(7, 3).sin()
    return (3 * logits).softmax(1)


@pytest.fixture
def table(tmp_path, probabilities):
    def write(labels, k=3, edit=lambda rows: rows):
        values, places = probabilities.topk(k)
        rows = [dict(path=f'{i}.png', label=y) for i, y in enumerate(labels)]
        for i, row in enumerate(rows):
            for r in range(k):
                row[f'class_{r + 1}'] = NAMES[places[i, r]]
                row[f'probability_{r + 1}'] = values[i, r].item()
        path = tmp_path / 'p.csv'
        with open(path, 'w', newline='') as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(edit(rows))
        return path

    return write


LABELS = ['fox', 'owl', 'ant', 'ant', 'fox', 'owl', 'ant']


@pytest.mark.parametrize('names', [NAMES, ['ant', 'fox', 'owl'], None])
def test_scores_are_those_before_they_were_ranked(names, table, probabilities):
    path = table(LABELS)
    found = scores_of(read_arrays(path), path, None, names)
    assert found.names == (names or sorted(NAMES))
    assert found.kind == 'probabilities'
    assert found.labels.tolist() == LABELS
    expected = probabilities[:, [NAMES.index(name) for name in found.names]]
    np.testing.assert_array_equal(found.values, expected)


def test_numbers_are_those_of_the_arrays(
    table, probabilities, tmp_path, capsys
):
    """Through the command, on a table that lacks nothing but its labels."""
    counts = tmp_path / 'counts.csv'
    counts.write_text('class,count\nant,5\nfox,100\nowl,20\n')
    out = tmp_path / 'report'
    words = ['evaluate', '--predictions', table(LABELS), '--out', out]
    assert main([*map(str, words), '--train-counts', str(counts)]) == 0
    shown = capsys.readouterr().out
    expected = mmlt.evaluate(
        probabilities.numpy(),
        np.array([NAMES.index(label) for label in LABELS]),
        [20, 5, 100],
        kind='probabilities',
    )['numbers']
    assert f'{expected["macro_accuracy"]:.2f}' in shown
    assert f'{expected["ece"]:.2f}' in shown


def test_what_it_refuses(table):
    def read(path, names=None):
        scores_of(read_arrays(path), path, None, names)

    with pytest.raises(ValueError, match='those of the 2 most .*--topk 3`'):
        read(table(LABELS, k=2), NAMES)
    with pytest.raises(ValueError, match='those of the 2 most .*--topk 3`'):
        read(table(LABELS, k=2))
    with pytest.raises(ValueError, match='but got fox. Name all classes'):
        read(table(LABELS), ['owl', 'ant', 'bee'])
    with pytest.raises(ValueError, match='1 of 7 have none, .* sample 2 '):
        read(table([*LABELS[:2], '', *LABELS[3:]]))
    with pytest.raises(ValueError, match='`class_1` has them, but got 0, 1'):
        read(table([0, 1, 1, 0, 1, 0, 0]))

    def twice(rows):
        rows[4]['class_2'] = rows[4]['class_1']
        return rows

    with pytest.raises(
        ValueError, match='each class once, but got .* in row 4'
    ):
        read(table(LABELS, edit=twice))


def test_counts_alone_are_in_no_order_that_ranks_have(
    table, probabilities, tmp_path
):
    path = table(LABELS)
    with pytest.raises(ValueError, match=r'counts have no names.*--names'):
        read_predictions(path, [20, 5, 100])
    got = read_predictions(path, [20, 5, 100], NAMES)
    assert got.class_names == NAMES
    assert torch.equal(got.probabilities, probabilities)
    by_name = read_predictions(path, {'owl': 20, 'fox': 100, 'ant': 5})
    assert by_name.class_names == ['ant', 'fox', 'owl']
    assert by_name.class_counts.tolist() == [5, 100, 20]


def test_names_that_begin_like_formulas_are_read_as_they_are(tmp_path):
    """Which a table of `mmlt predict` has with an apostrophe before them."""
    names = ['-one', '=two', '+three', '@four', "'five", '-6']
    head = ['label']
    row = ['-one']
    for k, name in enumerate(names, 1):
        head += [f'class_{k}', f'probability_{k}']
        row += [name, (7 - k) / 21]
    path = tmp_path / 'p.csv'
    path.write_text(csv_text(head, [row]))
    assert ",'=two," in path.read_text()
    got = read_predictions(path, [9] * 6, names)
    assert got.class_names == names
    assert got.labels.tolist() == [0]
    expected = torch.arange(6, 0, -1).double() / 21
    assert torch.equal(got.probabilities[0], expected)
