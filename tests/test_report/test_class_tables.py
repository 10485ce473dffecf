"""The tables of classes and the comparison, of small records made by hand."""

from dataclasses import replace

import pytest
import torch

from mmlt.report import pictures
from mmlt.report.build import build_report, title
from mmlt.report.class_tables import (
    class_table,
    confusion_table,
    worst_table,
    worst_words,
)
from mmlt.report.confusions import confusions_of, most_confused
from mmlt.report.matrix_pictures import PART
from mmlt.report.overview import overview_table, settings_table
from mmlt.report.record import record_of_predictions
from mmlt.report.tables import accuracy_table, calibration_table
from mmlt.structures import Predictions

from .conftest import record_of

NAMES = ['copepod', 'diatom', 'puff', 'tuft']
COUNTS = [200, 50, 30, 3]
# 6 images of class 0, 6 of 1, 2 of 2, 6 of 3
LABELS = [0] * 6 + [1] * 6 + [2] * 2 + [3] * 6
CE = [0] * 6 + [0, 0, 0, 1, 1, 3] + [0, 2] + [0] * 5 + [1]
BSCE = [0] * 5 + [3] + [0, 1, 1, 1, 1, 1] + [2, 2] + [3, 3, 3, 1, 1, 0]


def predictions(predicted, labels=LABELS, counts=COUNTS, names=NAMES):
    logits = 5.0 * torch.eye(len(counts))[torch.tensor(predicted)]
    return Predictions(
        logits + torch.linspace(0, 1, len(labels))[:, None] * (logits > 0),
        torch.tensor(labels),
        torch.tensor(counts),
        meta={'split': 'test', 'dataset': 'LongTailedList'},
        class_names=names,
    )


def made(name, predicted, **more):
    return record_of_predictions(predictions(predicted, **more), name)


@pytest.fixture
def records():
    return [made('ce', CE), made('bsce', BSCE)]


def cells(table, row):
    return dict(zip(table.head, table.rows[row], strict=True))


def test_macro_accuracy_comes_first_where_the_test_set_is_not_balanced(
    records,
):
    table = overview_table(records)
    assert table.head[1:3] == ['macro accuracy', 'top-1 accuracy']
    assert '2 to 6 images' in table.note
    ce, bsce = cells(table, 0), cells(table, 1)
    assert ce['macro accuracy'].mean == pytest.approx(
        100 * (1 + 2 / 6 + 1 / 2 + 0) / 4
    )
    assert (
        ce['classes never right'].mean,
        str(ce['classes never right']),
    ) == (
        1,
        '1',
    )
    assert bsce['classes never right'].mean == 0
    # by the limits of the records; class 1 and 2 are medium-shot
    assert ce['medium-shot (20 to 100)'].mean == pytest.approx(
        100 * (2 / 6 + 1 / 2) / 2
    )
    best = {(row, table.head[column]) for row, column in table.best}
    assert (1, 'macro accuracy') in best
    assert (0, 'many-shot (> 100)') in best
    assert (1, 'calibration error (ECE)') in best  # less is better
    assert '**' in table.markdown()
    balanced = [0, 1, 2, 3], [0, 0, 2, 3]
    even = overview_table([made('a', balanced[1], labels=balanced[0])])
    assert even.head[1:3] == ['top-1 accuracy', 'macro accuracy']
    assert not even.best


def test_shot_groups_are_called_by_the_limits_of_the_runs():
    record = record_of_predictions(predictions(CE), 'ce', many=49, few=31)
    head = overview_table([record]).head
    assert 'many-shot (> 49)' in head
    assert 'medium-shot (31 to 49)' not in head  # there is no such class
    assert 'few-shot (< 31)' in head


def test_each_class_has_its_numbers_and_what_it_is_taken_for(records):
    table = class_table(records)
    assert table.sortable
    assert table.groups == [('', 3), ('ce', 4), ('bsce', 4)]
    row = cells(table, 1)
    assert row['class'] == 'diatom'
    assert (row['training images'], row['test images']) == ('50', '6')
    assert row['recall ce'].mean == pytest.approx(100 / 3)
    # two of three images that are taken for diatoms are
    assert row['precision ce'].mean == pytest.approx(200 / 3)
    assert row['F1 ce'].mean == pytest.approx(100 * 4 / 9)
    assert (str(row['taken for ce']), row['taken for ce'].key) == (
        'copepod (3)',
        3,
    )
    assert str(cells(table, 2)['taken for bsce']) == ''
    # the best recall of a class; of equal ones none
    assert (1, table.head.index('recall bsce')) in table.best
    assert (0, table.head.index('recall ce')) in table.best
    assert len([1 for row, _ in table.best if row == 0]) == 1


def test_seeds_are_counted_together_and_means_are_over_them():
    seeds = [
        replace(made('ce', CE), seed=0),
        replace(made('ce', BSCE), seed=1),
    ]
    row = cells(class_table(seeds), 3)
    assert row['recall ce'].mean == pytest.approx(100 * (0 + 3 / 6) / 2)
    assert str(row['taken for ce']) == 'copepod (6)'
    table = confusion_table(seeds)
    assert table.rows[0] == ['tuft (3)', 'copepod (200)', '12', '6']


def test_seeds_do_not_narrow_the_interval(records):
    """They are tested on the same images."""
    one = worst_table([replace(made('bsce', BSCE), seed=0)])
    two = worst_table([replace(made('bsce', BSCE), seed=k) for k in (0, 1)])
    column = one.head.index('95 % interval')
    intervals = [[row[column] for row in table.rows] for table in (one, two)]
    assert intervals[0] == intervals[1]


def test_with_few_test_images_the_bad_classes_are_still_named():
    # 5, 2, 2 and 1 test images: none of the bad ones has five
    labels = [0] * 5 + [1] * 2 + [2] * 2 + [3]
    wrong = [0] * 5 + [0] * 2 + [2, 0] + [1]
    table = worst_table([made('a', wrong, labels=labels)])
    assert 'of classes with at least 2 test images' in table.note
    assert '(1 has fewer; never right of these: tuft)' in table.note
    assert [row[0] for row in table.rows] == ['diatom', 'puff']


def test_the_worst_classes_are_those_of_the_best_run(records):
    table = worst_table(records)
    # class 2 has too few test images, and the best recipe is the last
    assert '(1 has fewer)' in table.note
    assert [row[0] for row in table.rows] == ['tuft', 'copepod', 'diatom']
    row = cells(table, 0)
    assert row['recall ce'].mean == 0
    assert row['recall bsce'].mean == 50
    assert row['95 % interval bsce'] == '19 to 81'
    assert row['taken for bsce'] == 'diatom (50): 2; copepod (200): 1'
    text = worst_words(records)
    assert 'Of these 3 classes 1 are few-shot' in text
    # copepod is taken for a tuft, the two others for larger classes
    assert '2 are taken most often for a class with more' in text
    right = [made('a', LABELS)]
    assert worst_table(right) is None
    assert worst_words(right) is None
    assert confusion_table(right) is None
    assert pictures.confusion(right).panels


def test_many_classes_keep_pairs_in_the_place_of_a_matrix():
    size = 401
    labels = list(range(size)) * 2
    predicted = [0 if c % 2 else c for c in labels]
    record = made('a', predicted, labels=labels, counts=[3] * size, names=None)
    assert record.confusion is None
    pairs = confusions_of([record])
    assert len(pairs) == 200
    assert pairs[3, 0] == 2
    small = made('b', CE)
    assert small.confused is None
    assert confusions_of([small]) == {
        (1, 0): 3, (1, 3): 1, (2, 0): 1, (3, 0): 5, (3, 1): 1
    }  # fmt: skip
    panel = pictures.confusion([record]).panels[0]
    assert f'{PART} of 401 classes' in panel.label
    table = class_table([record])
    assert str(cells(table, 3)['taken for a']) == '0 (2)'


def test_the_most_confused_classes_are_in_the_order_of_their_images():
    pairs = {(3, 0): 5, (1, 0): 3, (2, 1): 1}
    assert most_confused(pairs, COUNTS, 3) == [0, 1, 3]
    assert most_confused(pairs, COUNTS, 4) == [0, 1, 2, 3]
    assert most_confused(pairs, COUNTS, 1) == []


def test_settings_that_differ_are_named():
    one = {'model.head.type': 'A', 'lr': 0.1, 'model.neck.1.gamma': 0.5}
    other = {'model.head.type': 'B', 'lr': 0.1}
    records = [
        record_of(name='a', seed=1, settings=one),
        record_of(name='b', seed=1, settings=other),
    ]
    table = settings_table(records)
    dash = '\N{EN DASH}'
    assert table.rows == [
        ['model.head.type', 'A', 'B'],
        ['model.neck.1.gamma', '0.5', dash],
    ]
    assert settings_table(records[:1]) is None
    many = {f'a.{i}': i for i in range(60)}
    table = settings_table([records[0], replace(records[1], settings=many)])
    assert len(table.rows) == 40
    assert '23 more' in table.note


def test_columns_that_are_zero_in_every_run_are_left_out(records):
    head = accuracy_table(records).head
    assert 'worst class' in head  # bsce has none of 0
    head = accuracy_table(records[:1]).head
    assert not {'h-mean', 'g-mean', 'worst class'} & set(head)
    assert 'macro F1' in head


def test_the_title_names_no_python_class(records):
    assert title(['ce', 'bsce'], records[0]) == 'ce and bsce on 4 classes'
    known = replace(records[0], dataset='CIFAR10LT')
    assert title(['ce'], known) == 'ce on CIFAR10LT'
    report = build_report(records, {}, 'numbers', 'mmlt evaluate')
    assert 'LongTailedList' not in report.title + report.summary


def test_the_mistakes_are_the_most_confident_ones():
    (record,) = [made('ce', CE)]
    rows = [m['row'] for m in record.mistakes]
    confidence = [m['confidence'] for m in record.mistakes]
    assert confidence == sorted(confidence, reverse=True)
    assert all(LABELS[row] != CE[row] for row in rows)
    assert all(0 < value <= 100 for value in confidence)
    first = record.mistakes[0]
    assert (first['row'], first['true'], first['predicted']) == (19, 3, 1)


def test_confidences_far_from_the_accuracy_are_said():
    """Logits of 0.1 are near 25 % for each of four classes."""
    sure, unsure = predictions(LABELS), predictions(LABELS)
    unsure.logits = unsure.logits / 50
    note = calibration_table(
        [
            record_of_predictions(sure, 'sure'),
            record_of_predictions(unsure, 'unsure'),
        ]
    ).note
    assert 'unsure is right 100 % of the time' in note
    assert 'mean confidence of 27 %' in note
    assert ' sure is right' not in note
