"""Every number against torchmetrics and an independent numpy version."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
import torch
from scipy.stats import gmean, hmean
from torchmetrics.functional import classification as theirs
from torchmetrics.functional.classification.calibration_error import (
    _ce_compute,
)

from mmlt.functional import (
    ClassificationState,
    adaptive_calibration_error,
    classification_summary,
    confusion_shares,
    equal_mass_bins,
)
from mmlt.functional.classification_state import peaks

COUNTS = [500, 300, 101, 100, 60, 20, 19, 8, 6, 5]
GROUPS = {'many': [0, 1, 2], 'medium': [3, 4, 5], 'few': [6, 7, 8, 9]}
SHARED = Path(os.environ.get('MMLT_SHARED_DATA', '../shared/data'))
LOGITS = SHARED / 'cifar10_test_logits.npz'
NETWORKS = ['resnet20', 'resnet32', 'resnet44', 'resnet56', 'vgg16']


def synthetic(n=2000, c=10, seed=0):
    """Logits that know something of the label, long-tailed labels."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(
        c, n, p=np.linspace(2, 1, c) / np.linspace(2, 1, c).sum()
    )
    logits = rng.normal(0, 2, (n, c))
    logits[np.arange(n), labels] += 2
    return torch.from_numpy(logits), torch.from_numpy(labels)


def real(network):
    """Published logits of CIFAR-10, in float64, or probabilities."""
    if not LOGITS.is_file():
        pytest.skip('no real logits here: set MMLT_SHARED_DATA')
    with np.load(LOGITS) as file:
        name = next(key for key in file.files if key.startswith(network))
        scores = torch.from_numpy(file[name])
        labels = torch.from_numpy(file['labels'].astype(np.int64))
    return scores, labels, 'logits' if network != 'vgg16' else 'probabilities'


def summary_of(scores, labels, kind='probabilities', batch=None, **settings):
    settings = dict(class_counts=COUNTS, confusion=True) | settings
    state = ClassificationState(scores.shape[1], **settings)
    for part in torch.arange(len(labels)).split(batch or len(labels)):
        state.update(scores[part], labels[part], kind)
    return classification_summary(state)


def numpy_numbers(p, y, rows, edge_dtype):
    """The definitions once more, on some rows, by numpy alone."""
    p, y = p[rows], y[rows]
    n = len(y)
    confidence, predicted = p.max(1), p.argmax(1)
    correct = predicted == y
    out = {'top1': correct.mean()}
    order = np.argsort(-p, axis=1, kind='stable')[:, :5]
    out['top5'] = (order == y[:, None]).any(1).mean()
    edges = (np.arange(16) / 15).astype(edge_dtype)
    gaps, ece = [], 0.0
    for b in range(15):
        inside = (confidence > edges[b]) & (confidence <= edges[b + 1])
        if inside.any():
            gap = confidence[inside].mean(dtype=np.float64)
            gap = abs(gap - correct[inside].mean())
            gaps.append(gap)
            ece += inside.sum() / n * gap
    out |= {'ece': ece, 'mce': max(gaps)}
    of_label = p[np.arange(n), y].astype(np.float64)
    out['nll'] = -np.log(of_label).mean()
    target = np.eye(p.shape[1])[y]
    out['brier'] = ((p.astype(np.float64) - target) ** 2).sum(1).mean()
    return out


def numpy_classwise(p, y, edge_dtype):
    """(C,) calibration error of each class's probability."""
    edges = (np.arange(16) / 15).astype(edge_dtype)
    out = []
    for c in range(p.shape[1]):
        error = 0.0
        for b in range(15):
            inside = (p[:, c] > edges[b]) & (p[:, c] <= edges[b + 1])
            if b == 0:
                inside |= p[:, c] == 0
            if inside.any():
                gap = p[inside, c].mean(dtype=np.float64)
                gap -= (y[inside] == c).mean()
                error += inside.mean() * abs(gap)
        out.append(error)
    return np.array(out)


def check_against_numpy(scores, labels, kind, atol=1e-9):
    got = summary_of(scores, labels, kind, batch=333)
    probs = scores.softmax(1) if kind == 'logits' else scores
    p, y = probs.numpy(), labels.numpy()
    sets = {'': np.ones(len(y), bool)} | {
        f'_{name}': np.isin(y, members) for name, members in GROUPS.items()
    }
    for suffix, rows in sets.items():
        for key, value in numpy_numbers(p, y, rows, p.dtype).items():
            assert got['numbers'][key + suffix] == pytest.approx(
                value, abs=atol
            ), key + suffix
    classwise = numpy_classwise(p, y, p.dtype)
    np.testing.assert_allclose(
        got['per_class']['classwise_ece'], classwise, atol=atol, rtol=0
    )
    for name, members in GROUPS.items():
        assert got['numbers'][f'classwise_ece_{name}'] == pytest.approx(
            classwise[members].mean(), abs=atol
        )
    predicted = p.argmax(1)
    recall = np.array([(predicted == c)[y == c].mean() for c in range(10)])
    precision = np.array([(y == c)[predicted == c].mean() for c in range(10)])
    np.testing.assert_allclose(got['per_class']['recall'], recall, rtol=1e-12)
    np.testing.assert_allclose(
        got['per_class']['precision'], precision, rtol=1e-12
    )
    numbers = got['numbers']
    assert numbers['macro_accuracy'] == pytest.approx(recall.mean(), rel=1e-12)
    f1 = sklearn.metrics.f1_score(y, predicted, average='macro')
    assert numbers['macro_f1'] == pytest.approx(f1, rel=1e-12)
    assert numbers['h_mean'] == pytest.approx(hmean(recall), rel=1e-12)
    assert numbers['g_mean'] == pytest.approx(gmean(recall), rel=1e-12)
    assert numbers['worst_class'] == recall.min()
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (y, predicted), 1)
    assert (got['confusion'].numpy() == matrix).all()
    return got, probs


def check_against_torchmetrics(got, probs, labels, atol=1e-7):
    numbers = got['numbers']
    # their public function rounds to float32 first and has a sixteenth bin
    # for confidence 1 alone: conventions, below; here the rest of it
    confidence = probs.max(1).values.double().clamp(max=1 - 2**-53)
    correct = probs.argmax(1) == labels
    for key, value in {
        'top1': theirs.multiclass_accuracy(probs, labels, 10, 'micro'),
        'top5': theirs.multiclass_accuracy(probs, labels, 10, 'micro', 5),
        'macro_accuracy': theirs.multiclass_accuracy(probs, labels, 10),
        'macro_f1': theirs.multiclass_f1_score(probs, labels, 10),
        'ece': _ce_compute(confidence, correct, 15),
        'mce': _ce_compute(confidence, correct, 15, norm='max'),
    }.items():
        assert numbers[key] == pytest.approx(value.item(), abs=atol), key
    for ours, of in (
        ('recall', theirs.multiclass_recall),
        ('precision', theirs.multiclass_precision),
    ):
        torch.testing.assert_close(
            got['per_class'][ours],
            of(probs, labels, 10, average=None).double(),
            rtol=0,
            atol=atol,
        )
    matrix = theirs.multiclass_confusion_matrix(probs, labels, 10)
    assert torch.equal(got['confusion'], matrix)


@pytest.mark.parametrize('kind', ['logits', 'probabilities'])
def test_numbers_on_synthetic_logits(kind):
    logits, labels = synthetic()
    scores = logits if kind == 'logits' else logits.softmax(1)
    got, probs = check_against_numpy(scores, labels, kind)
    check_against_torchmetrics(got, probs, labels)


@pytest.mark.parametrize('network', NETWORKS)
def test_numbers_on_real_logits(network):
    scores, labels, kind = real(network)
    scores = scores.double()
    if kind == 'probabilities':
        scores = scores / scores.sum(1, keepdim=True)
    got, probs = check_against_numpy(scores, labels, kind)
    check_against_torchmetrics(got, probs, labels)


@pytest.mark.parametrize('network', NETWORKS)
def test_float32_is_within_1e_7_of_its_own_probabilities(network):
    """Sums are exact, and bin edges those of the dtype."""
    scores, labels, kind = real(network)
    probs = scores.softmax(1) if kind == 'logits' else scores
    check_against_numpy(probs, labels, 'probabilities')


@pytest.mark.parametrize('network', NETWORKS)
def test_cells_are_as_good_as_a_sort(network):
    scores, labels, kind = real(network)
    probs = scores.double().softmax(1) if kind == 'logits' else scores
    got = summary_of(probs, labels)['numbers']
    exact = adaptive_calibration_error(probs, labels).item()
    assert got['adaptive_ece'] == pytest.approx(exact, abs=2e-5)
    for name, members in GROUPS.items():
        rows = torch.isin(labels, torch.tensor(members))
        exact = adaptive_calibration_error(probs[rows], labels[rows]).item()
        assert got[f'adaptive_ece_{name}'] == pytest.approx(exact, abs=5e-5)


def test_equal_mass_is_a_sort_into_equal_parts():
    logits, labels = synthetic(n=1500)
    probs = logits.softmax(1)
    p, y = probs.numpy(), labels.numpy()
    order = np.argsort(p.max(1), kind='stable')
    confidence = p.max(1)[order]
    correct = (p.argmax(1) == y)[order]
    expected = np.mean(
        [
            abs(a.mean() - b.mean())
            for a, b in zip(
                np.split(confidence, 15), np.split(correct, 15), strict=True
            )
        ]
    )
    got = adaptive_calibration_error(probs, labels)
    assert got.item() == pytest.approx(expected, rel=1e-10)
    cells = summary_of(probs, labels)['numbers']['adaptive_ece']
    assert cells == pytest.approx(expected, abs=2e-4)


def test_convention_equal_mass_shares_out_ties():
    """Four ties in two bins: each bin has half of their right answers."""
    count, mass = torch.tensor([4]), torch.tensor([2.0])
    size, confidence, accuracy = equal_mass_bins(
        count, mass, torch.tensor([3]), 2
    )
    assert size.tolist() == [2, 2]
    assert confidence.tolist() == [0.5, 0.5]
    assert accuracy.tolist() == [0.75, 0.75]


def test_any_batches_and_any_processes_give_the_same_bits():
    logits, labels = synthetic()
    logits = logits.float()
    whole = summary_of(logits, labels, 'logits')
    batches = summary_of(logits, labels, 'logits', batch=7)
    assert batches['numbers'] == whole['numbers']
    parts = []
    for rank in range(3):
        state = ClassificationState(10, class_counts=COUNTS, confusion=True)
        state.update(logits[rank::3], labels[rank::3], 'logits')
        parts.append(state)
    parts[0].merge(parts[1].sums)
    parts[0].merge(parts[2].sums)
    assert classification_summary(parts[0])['numbers'] == whole['numbers']


def test_memory_does_not_grow_with_the_samples():
    state = ClassificationState(10)
    before = {name: v.shape for name, v in state.sums.items()}
    for seed in range(3):
        state.update(*synthetic(seed=seed), 'logits')
    assert {name: v.shape for name, v in state.sums.items()} == before
    assert 'confusion' not in state.sums
    assert state.num_samples == 6000


def test_convention_ties_go_to_the_smallest_class():
    probs = torch.full((6, 6), 1 / 6)
    numbers = summary_of(
        probs, torch.arange(6), class_counts=None, topk=(1, 2, 5, 6)
    )['numbers']
    assert numbers['top1'] == pytest.approx(1 / 6)
    assert numbers['top2'] == pytest.approx(2 / 6)
    assert numbers['top5'] == pytest.approx(5 / 6)
    assert numbers['top6'] == 1


def test_convention_bins_are_closed_on_the_right():
    """Confidence 2/5 exactly: in the second of five bins."""
    probs = torch.tensor([[0.4, 0.3, 0.3]])
    got = summary_of(probs, torch.tensor([0]), class_counts=None, num_bins=5)
    assert got['reliability']['all']['count'].tolist() == [0, 1, 0, 0, 0]
    # class-wise: the same convention, for every class's probability
    assert got['per_class']['classwise_ece'] == pytest.approx(
        [0.6, 0.3, 0.3], abs=1e-7
    )


def test_convention_torchmetrics_bins_are_closed_on_the_left():
    """Guo et al. close them on the right, as we do: an edge shows it."""
    probs = torch.tensor([[0.75, 0.25], [0.7, 0.3]], dtype=torch.float64)
    labels = torch.tensor([0, 1])
    ours = summary_of(probs, labels, class_counts=None, num_bins=4)['numbers']
    tm = theirs.multiclass_calibration_error(probs, labels, 2, n_bins=4)
    assert ours['ece'] == pytest.approx(abs(0.725 - 0.5), abs=1e-9)
    assert tm.item() == pytest.approx((0.25 + 0.7) / 2, abs=1e-7)


def test_convention_torchmetrics_has_a_bin_more_for_confidence_one():
    """In float32 that is many: 29 % of what a ResNet-20 says of CIFAR-10."""
    probs = torch.tensor([[1.0, 0.0], [0.99, 0.01]], dtype=torch.float64)
    labels = torch.tensor([1, 0])
    ours = summary_of(probs, labels, class_counts=None)['numbers']
    tm = theirs.multiclass_calibration_error(probs, labels, 2)
    assert ours['ece'] == pytest.approx(abs(0.995 - 0.5), abs=1e-9)
    assert tm.item() == pytest.approx((1 + 0.01) / 2, abs=1e-7)


def test_convention_torchmetrics_rounds_confidence_to_float32():
    """1 - 1e-9 is 1 there, and falls in their bin of its own."""
    probs = torch.tensor([[1 - 1e-9, 1e-9], [0.99, 0.01]], dtype=torch.float64)
    labels = torch.tensor([1, 0])
    ours = summary_of(probs, labels, class_counts=None)['numbers']
    tm = theirs.multiclass_calibration_error(probs, labels, 2)
    assert ours['ece'] == pytest.approx(abs(0.995 - 0.5), abs=1e-8)
    assert tm.item() == pytest.approx((1 + 0.01) / 2, abs=1e-7)


def test_convention_a_class_that_is_never_predicted_has_precision_nan():
    """Torchmetrics says 0: nothing was said, so nothing was wrong."""
    probs = torch.tensor([[0.9, 0.1], [0.8, 0.2]])
    labels = torch.tensor([0, 1])
    got = summary_of(probs, labels, class_counts=None)['per_class']
    assert got['precision'][0] == 0.5
    assert got['precision'][1].isnan()
    tm = theirs.multiclass_precision(probs, labels, 2, average=None)
    assert tm[1] == 0


def test_convention_a_class_without_test_samples_does_not_count():
    """Recall is nan and macro accuracy leaves it out, as torchmetrics does."""
    probs = torch.tensor([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1]])
    labels = torch.tensor([0, 1])
    got = summary_of(probs, labels, class_counts=None)
    assert got['per_class']['recall'][2].isnan()
    assert got['numbers']['macro_accuracy'] == 0.5
    tm = theirs.multiclass_accuracy(probs, labels, 3, 'macro')
    assert tm.item() == 0.5


def test_convention_brier_sums_over_classes():
    """In [0, 2]; sklearn's binary score is half of it."""
    probs = torch.tensor([[0.0, 1.0]])
    got = summary_of(probs, torch.tensor([0]), class_counts=None)['numbers']
    assert got['brier'] == 2


def test_convention_a_probability_of_zero_has_a_finite_likelihood():
    probs, labels = torch.tensor([[1.0, 0.0]]), torch.tensor([1])
    for dtype, nats in ((torch.float32, 87.3365), (torch.float64, 708.3964)):
        got = summary_of(probs.to(dtype), labels, class_counts=None)
        assert got['numbers']['nll'] == pytest.approx(nats, abs=1e-4)
    # from logits nothing underflows
    logits = torch.tensor([[200.0, 0.0]])
    got = summary_of(logits, labels, 'logits', class_counts=None)['numbers']
    assert got['nll'] == pytest.approx(200, abs=1e-6)


def test_groups_are_of_the_true_or_of_the_predicted_class():
    probs = torch.eye(10)[[0, 9, 9]]
    got = summary_of(probs, torch.tensor([9, 9, 0]))
    assert got['reliability']['few']['count'].sum() == 2
    assert got['reliability_by_prediction']['few']['count'].sum() == 2
    assert got['reliability']['few']['accuracy'][-1] == 0.5
    assert got['reliability_by_prediction']['many']['accuracy'][-1] == 0


def test_an_empty_group_is_nan():
    logits, labels = synthetic()
    numbers = summary_of(logits, labels, 'logits', class_counts=[500] * 10)[
        'numbers'
    ]
    for key in ('few', 'ece_few', 'mce_few', 'adaptive_ece_few', 'nll_few'):
        assert math.isnan(numbers[key]), key
    assert numbers['ece_many'] == numbers['ece']
    assert numbers['adaptive_ece_many'] == numbers['adaptive_ece']
    unknown = summary_of(logits, labels, 'logits', class_counts=None)
    assert math.isnan(unknown['numbers']['ece_many'])
    assert unknown['numbers']['ece'] == numbers['ece']


def test_no_sample_gives_nan():
    numbers = classification_summary(ClassificationState(3))['numbers']
    assert all(math.isnan(value) for value in numbers.values()), numbers


def test_one_class():
    numbers = summary_of(
        torch.ones(4, 1), torch.zeros(4).long(), class_counts=[9]
    )['numbers']
    assert numbers['top1'] == numbers['few'] == 1
    for key in ('ece', 'mce', 'adaptive_ece', 'classwise_ece', 'brier', 'nll'):
        assert numbers[key] == 0, key


def test_half_precision_is_taken():
    logits, labels = synthetic()
    exact = summary_of(logits, labels, 'logits')['numbers']
    for dtype in (torch.float16, torch.bfloat16):
        got = summary_of(logits.to(dtype), labels, 'logits')['numbers']
        assert got['nll'] == pytest.approx(exact['nll'], rel=1e-2)
        probs = logits.softmax(1).to(dtype)
        got = summary_of(probs, labels)['numbers']
        assert got['ece'] == pytest.approx(exact['ece'], abs=1e-2)


def test_arrays_are_float64():
    got = summary_of(*synthetic(), 'logits')
    for bins in got['reliability'].values():
        assert bins['confidence'].dtype == torch.float64
        assert bins['accuracy'].dtype == torch.float64
    for name, values in got['per_class'].items():
        count = name in ('count', 'predicted')
        assert values.dtype == (torch.int64 if count else torch.float64)


def test_the_input_is_left_alone():
    probs, labels = synthetic()[0].softmax(1), synthetic()[1]
    copy = probs.clone()
    summary_of(probs, labels)
    assert torch.equal(probs, copy)


@pytest.mark.parametrize(
    ('change', 'match'),
    [
        (lambda p, y: (p * 2, y), "sum 2.*kind='logits'"),
        (lambda p, y: (p * float('nan'), y), 'sum nan'),
        (lambda p, y: (p + torch.tensor([-1, 1.0, 0]), y), 'least -'),
        (lambda p, y: (p, y + 3), 'labels from 0 to 2'),
        (lambda p, y: (p, y - 1), 'got -1'),
        (lambda p, y: (p[0], y), r'\(N, C\)'),
        (lambda p, y: (p, y.float()), 'int64'),
        (lambda p, y: (p[:, :2], y), 'scores of 3 classes'),
    ],
)
def test_refuses_predictions_that_are_none(change, match):
    probs, labels = torch.full((4, 3), 1 / 3), torch.tensor([0, 1, 2, 0])
    with pytest.raises(ValueError, match=match):
        ClassificationState(3).update(*change(probs, labels))


def test_refuses_logits_that_are_nan_and_takes_masked_ones():
    logits = torch.tensor([[0.0, 1.0], [2.0, float('nan')]])
    state = ClassificationState(2)
    with pytest.raises(ValueError, match='without nan.*sample 1'):
        state.update(logits, torch.tensor([0, 1]), 'logits')
    masked = torch.tensor([[0.0, float('-inf')]])
    numbers = summary_of(
        masked, torch.tensor([1]), 'logits', class_counts=None
    )['numbers']
    assert numbers['nll'] == 708


@pytest.mark.parametrize(
    ('settings', 'match'),
    [
        (dict(num_bins=0), 'num_bins'),
        (dict(topk=(0,)), 'topk'),
        (dict(topk=()), 'topk'),
        (dict(topk=(1, 4)), 'number of classes, 3, but got 4'),
        (dict(class_counts=[1, 2]), 'class_counts'),
        (dict(few=200), 'few=200'),
        (dict(num_classes=0), 'num_classes'),
    ],
)
def test_refuses_bad_settings(settings, match):
    with pytest.raises(ValueError, match=match):
        ClassificationState(**{'num_classes': 3, **settings})


def test_refuses_sums_of_other_settings():
    with pytest.raises(ValueError, match='same classes'):
        ClassificationState(3).merge(ClassificationState(4).sums)
    with pytest.raises(ValueError, match='kind'):
        ClassificationState(3).update(
            torch.ones(1, 3), torch.zeros(1).long(), 'scores'
        )


@pytest.mark.parametrize('size', [10, 600, 2048, 8142])
def test_many_classes_find_what_is_large(size):
    probs = (4 * torch.randn(40, size)).softmax(1)
    probs[3] = 1 / size  # all equal
    edge = torch.tensor(1 / 15)
    confidence, row, classes, _ = peaks(probs, edge)
    assert torch.equal(confidence, probs.amax(1))
    got = torch.zeros_like(probs, dtype=torch.bool)
    got[row, classes] = True
    assert got.sum() == len(row)
    assert torch.equal(got, (probs > edge) | (probs == confidence[:, None]))


def test_many_classes_have_the_numbers_of_the_definition():
    labels = torch.randint(0, 3000, (500,))
    logits = torch.randn(500, 3000).double()
    logits[torch.arange(500), labels] += 12 * torch.rand(500).double()
    probs = logits.softmax(1)
    got = summary_of(logits, labels, 'logits', class_counts=None)
    expected = numpy_numbers(
        probs.numpy(), labels.numpy(), np.arange(500), np.float64
    )
    for key, value in expected.items():
        assert got['numbers'][key] == pytest.approx(value, abs=1e-9), key
    classwise = numpy_classwise(probs.numpy(), labels.numpy(), np.float64)
    np.testing.assert_allclose(
        got['per_class']['classwise_ece'], classwise, atol=1e-9, rtol=0
    )


def test_confusion_shares_against_sklearn():
    labels = np.array([0, 0, 0, 1, 1, 3])
    predicted = np.array([0, 1, 0, 1, 2, 0])
    counts = sklearn.metrics.confusion_matrix(
        labels, predicted, labels=range(4)
    )
    expected = sklearn.metrics.confusion_matrix(
        labels, predicted, labels=range(4), normalize='true'
    )
    np.testing.assert_array_equal(
        confusion_shares(counts.tolist()).numpy(), expected
    )


@pytest.mark.parametrize(
    ('classes', 'names'),
    [(1, ['top1']), (4, ['top1']), (5, ['top1'])] + [(6, ['top1', 'top5'])],
)
def test_top_five_is_left_out_where_it_is_always_right(classes, names):
    probs = torch.full((9, classes), 1 / classes)
    labels = torch.arange(9) % classes
    for settings in ({}, dict(class_counts=[30] * classes)):
        settings = dict(class_counts=None) | settings
        numbers = summary_of(probs, labels, **settings)['numbers']
        suffixes = ('', '_many', '_medium', '_few')
        found = {n for n in numbers if n.startswith('top')}
        assert found == {n + s for n in names for s in suffixes}


def test_a_group_has_its_classes_alike_and_its_samples_alike():
    probs = torch.eye(3)[[0, 0, 0, 1, 0, 2]]
    labels = torch.tensor([0, 0, 0, 0, 1, 2])
    numbers = summary_of(probs, labels, class_counts=[30, 30, 5])['numbers']
    assert numbers['medium'] == (3 / 4 + 0) / 2
    assert numbers['top1_medium'] == 3 / 5
    assert numbers['few'] == numbers['top1_few'] == 1
