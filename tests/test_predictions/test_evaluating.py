"""From arrays to the numbers of a report, and what is refused."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

import mmlt
from mmlt.evaluation import summarize
from mmlt.evaluation.prediction_numbers import AUROC

COUNTS = [500, 120, 60, 20, 12, 8, 5]


@pytest.fixture(scope='module')
def arrays():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(210) % 7
    logits = torch.randn(210, 7, generator=generator) * 2
    logits[torch.arange(210), labels] += 2
    return logits, labels


def same(mine, theirs):
    return mine == theirs or (mine is None and theirs != theirs)


@pytest.mark.parametrize('kind', ['logits', 'probabilities'])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_numbers_are_those_of_summarize_to_the_last_bit(arrays, kind, dtype):
    scores, labels = arrays
    scores = scores.to(dtype)
    scores = scores.softmax(1) if kind == 'probabilities' else scores
    ours = summarize(scores, labels, COUNTS, kind=kind)
    for given in (scores, scores.numpy(), scores.tolist()):
        if isinstance(given, list) and dtype == torch.float32:
            continue  # a list holds float64
        got = mmlt.evaluate(given, labels.tolist(), COUNTS, kind)
        added = got['numbers'].keys() - ours['numbers'].keys()
        assert added == {'balanced_error', *AUROC}
        for name, value in ours['numbers'].items():
            assert same(got['numbers'][name], value), name
        recall = 100 * ours['per_class']['recall']
        assert got['classes']['recall'] == recall.tolist()


def test_auroc_and_balanced_error_are_those_of_scikit_learn(arrays):
    scores, labels = arrays
    got = mmlt.evaluate(scores, labels, COUNTS, 'logits')
    probs = scores.double().softmax(1)
    of_class = [
        100 * roc_auc_score(labels == c, probs[:, c]) for c in range(7)
    ]
    assert got['classes']['auroc'] == pytest.approx(of_class, rel=1e-13)
    numbers = got['numbers']
    assert numbers['auroc'] == pytest.approx(np.mean(of_class), rel=1e-13)
    groups = {'many': [0, 1], 'medium': [2, 3], 'few': [4, 5, 6]}
    for name, classes in groups.items():
        mean = np.mean([of_class[c] for c in classes])
        assert numbers[f'auroc_{name}'] == pytest.approx(mean, rel=1e-13)
    right = balanced_accuracy_score(labels, probs.argmax(1))
    error = 100 * (1 - right)
    assert numbers['balanced_error'] == pytest.approx(error, rel=1e-12)
    of_probs = mmlt.evaluate(probs, labels, COUNTS)['numbers']
    assert of_probs['auroc'] == pytest.approx(numbers['auroc'], rel=1e-13)


def test_auroc_of_an_absent_class_is_none(arrays):
    scores, labels = arrays
    some = labels < 4
    got = mmlt.evaluate(scores[some], labels[some], COUNTS, 'logits')
    assert got['classes']['auroc'][4:] == [None] * 3
    assert got['numbers']['auroc_few'] is None
    known = got['classes']['auroc'][:4]
    assert got['numbers']['auroc'] == pytest.approx(np.mean(known))


def test_names_and_counts_may_come_by_name(arrays):
    scores, labels = arrays
    names = [f'kind {c}' for c in 'abcdefg']
    got = mmlt.evaluate(
        scores,
        np.array(names)[labels.numpy()],
        dict(zip(reversed(names), reversed(COUNTS), strict=True)),
        'logits',
        names,
    )
    plain = mmlt.evaluate(scores, labels, COUNTS, 'logits')
    assert got['numbers'] == plain['numbers']
    assert got['classes']['class'] == names
    assert plain['classes']['class'] == list('0123456')


def test_the_classes_are_the_columns_of_a_table(arrays):
    classes = mmlt.evaluate(*arrays, COUNTS, 'logits')['classes']
    assert {len(column) for column in classes.values()} == {7}
    pandas = pytest.importorskip('pandas')
    frame = pandas.DataFrame(classes).set_index('class')
    assert frame.loc['3', 'training_images'] == 20


def test_limits_of_the_groups_are_settings(arrays):
    usual = mmlt.evaluate(*arrays, COUNTS, 'logits')['numbers']
    other = mmlt.evaluate(*arrays, COUNTS, 'logits', many=499, few=6)
    recall = other['classes']['recall']
    assert other['numbers']['many'] == recall[0] != usual['many']
    assert other['numbers']['few'] == recall[6] != usual['few']


ROWS = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
REFUSED = {
    'logits-as-probabilities': (
        dict(scores=[[2.0, -1.0]] * 2),
        r"least -1 and sum 1\..*kind='logits'",
    ),
    'probabilities-as-logits': (
        dict(kind='logits'),
        r"sums to 1: .*kind='probabilities'",
    ),
    'sum': (dict(scores=[[0.5, 0.5], [0.5, 0.4]]), 'sample 1 .* sum 0.9'),
    'nan': (dict(scores=[[0.5, float('nan')]] * 2), 'nan or inf'),
    'inf': (
        dict(scores=[[0.5, float('inf')]] * 2, kind='logits'),
        '2 of 2 samples',
    ),
    'masked': (
        dict(scores=[[-float('inf')] * 2, [1.0, 2.0]], kind='logits'),
        'sample 0',
    ),
    'kind': (dict(kind='logit'), "logits or probabilities, but got 'logit'"),
    'words': (dict(scores=[['a', 'b']] * 2), 'to be numbers, but got <U1'),
    'predictions': (dict(scores=[0, 1]), r'shape \(2,\).*every class'),
    'one-class': (dict(scores=[[1.0], [1.0]]), 'two or more classes'),
    'empty': (dict(scores=np.zeros((0, 2)), labels=[]), 'one or more samples'),
    'labels-more': (dict(labels=[0, 1, 1]), '2 samples .* got 3'),
    'labels-one-hot': (dict(labels=[[0, 1], [1, 0]]), 'argmax'),
    'labels-beyond': (dict(labels=[0, 2]), 'sample 1 has 2'),
    'labels-negative': (dict(labels=[-1, 0]), 'sample 0 has -1'),
    'labels-fractions': (dict(labels=[0.5, 1]), 'whole numbers or names'),
    'labels-missing': (dict(labels=[0, np.nan]), 'first is sample 1 '),
    'labels-none': (dict(labels=['a', None]), 'first is sample 1 '),
    'labels-bool': (
        dict(scores=[[0.5, 0.25, 0.25]] * 2, labels=[False, True]),
        'whole numbers or names, but got bool',
    ),
    'labels-names': (dict(labels=['a', 'b']), 'class_names='),
    'labels-unknown': (
        dict(labels=['a', 'x'], class_names=['a', 'b']),
        r'names of the classes \(a, b\), but got x',
    ),
    'names-more': (dict(class_names=list('abc')), '2 classes .* 3 names'),
    'names-twice': (dict(class_names=['a', 'a']), 'some of them twice'),
    'counts-more': (dict(counts=[9, 5, 1]), 'of 2 classes.* got 3'),
    'counts-none': (dict(counts=None), '--train-counts'),
    'counts-zero': (dict(counts=[0, 0]), 'larger than 0'),
    'counts-negative': (dict(counts=[9, -1]), 'whole numbers >= 0'),
    'counts-fractions': (dict(counts=[9, 0.5]), 'whole numbers >= 0'),
    'counts-names': (
        dict(counts={'a': 9, 'x': 5}, class_names=['a', 'b']),
        'none for b and x, which is no class',
    ),
}


@pytest.mark.parametrize('name', REFUSED)
def test_wrong_arrays_are_refused(name):
    change, sentence = REFUSED[name]
    given = dict(scores=ROWS, labels=[0, 1], counts=[9, 5]) | change
    with pytest.raises(ValueError, match=sentence):
        mmlt.evaluate(**given)


def test_one_sample_is_enough():
    got = mmlt.evaluate([[0.25, 0.75]], [1], [9, 5])
    assert got['numbers']['top1'] == 100


def test_half_precision_is_taken(arrays):
    scores, labels = arrays
    probs = scores.softmax(1).half()
    got = mmlt.evaluate(probs, labels, COUNTS)
    ours = summarize(probs, labels, COUNTS)['numbers']
    assert got['numbers']['ece'] == ours['ece']


def test_importing_mmlt_imports_no_room():
    program = (
        'import mmlt, sys; mmlt.evaluate.__name__ if 0 else None\n'
        'rooms = {m for m in sys.modules if m.startswith("mmlt.")}\n'
        'assert not any("predictions" in m or "evaluation" in m '
        'for m in rooms), rooms\n'
        'assert "torchmetrics" not in sys.modules\n'
    )
    subprocess.run([sys.executable, '-c', program], check=True)


def test_a_class_without_a_test_image_is_drawn_without_a_warning():
    import warnings

    from mmlt.visualization import recall_by_class

    with warnings.catch_warnings():
        warnings.simplefilter('error')
        recall_by_class(
            {'a': [50.0, float('nan')], 'b': [25.0, float('nan')]},
            [9, 5],
            ['cat', 'dog'],
        )


@pytest.mark.parametrize('digits', [1, 2, 3])
def test_rounded_probabilities_are_refused_as_such(arrays, digits):
    scores, labels = arrays
    rounded = scores.double().softmax(1).numpy().round(digits)
    with pytest.raises(ValueError, match=f'look rounded to {digits} digits'):
        mmlt.evaluate(rounded, labels, COUNTS)
    whole = rounded / rounded.sum(1, keepdims=True)
    mmlt.evaluate(whole, labels, COUNTS)
    with pytest.raises(ValueError, match='If they are logits, say so'):
        mmlt.evaluate(rounded * 2, labels, COUNTS)
    with pytest.raises(ValueError, match='to 1: these are probabilities'):
        mmlt.evaluate(rounded, labels, COUNTS, 'logits')
    zeros = np.zeros((len(labels), 7))
    mmlt.evaluate(zeros, labels, COUNTS, 'logits')


@pytest.mark.parametrize('kind', ['logits', 'probabilities'])
@pytest.mark.parametrize('digits', [None, 0, 2])
def test_percent_are_refused_as_such(arrays, kind, digits):
    scores, labels = arrays
    percent = 100 * scores.double().softmax(1).numpy()
    percent = percent if digits is None else percent.round(digits)
    with pytest.raises(ValueError, match='percent. Divide them by 100'):
        mmlt.evaluate(percent, labels, COUNTS, kind)


def test_labels_of_two_classes_may_be_false_and_true():
    got = mmlt.evaluate(ROWS, np.array([True, True]), [9, 5])
    assert got['numbers']['few'] == 50
