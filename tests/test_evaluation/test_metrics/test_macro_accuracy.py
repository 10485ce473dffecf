import math

import pytest
import torch

from mmlt.evaluation import BatchEvaluator, LongTailMetric, MacroAccuracy
from mmlt.runs.recipes import load_recipe

from ..conftest import batched, run


def macro(scores, labels, batch=10):
    evaluator = BatchEvaluator(MacroAccuracy())
    return run(evaluator, batched(scores, labels, batch), len(labels))


def test_it_is_the_mean_of_the_recalls():
    """Class 0: 2 of 3, class 1: 0 of 1, class 2: 1 of 1; class 3 has none."""
    guesses = torch.tensor([0, 0, 1, 2, 2])
    labels = torch.tensor([0, 0, 0, 1, 2])
    scores = torch.eye(4)[guesses]
    found = macro(scores, labels, batch=2)
    assert set(found) == {'macro/accuracy'}
    assert math.isclose(found['macro/accuracy'], 500 / 9, rel_tol=1e-15)


def test_it_is_that_of_scikit_learn(predictions):
    metrics = pytest.importorskip('sklearn.metrics')
    scores, labels = predictions
    wanted = metrics.balanced_accuracy_score(labels, scores.argmax(1))
    found = macro(scores, labels)['macro/accuracy']
    assert math.isclose(found, 100 * wanted, rel_tol=1e-14)


def test_it_is_that_of_the_long_tail_metric(predictions):
    scores, labels = predictions
    whole = LongTailMetric(class_counts=[200, 101, 100, 20, 5])
    of_all = run(BatchEvaluator(whole), batched(scores, labels, 10), 103)
    found = macro(scores, labels)['macro/accuracy']
    assert found == of_all['long_tail/macro_accuracy']


def test_recipes_for_images_of_ones_own_show_it_first():
    cfg = load_recipe('bsce/resnet18_images')
    plain = load_recipe('ce/resnet32_cifar100lt')
    for place in ('val_evaluator', 'test_evaluator'):
        metrics = [*plain[place].metrics, {'type': 'MacroAccuracy'}]
        assert cfg[place].metrics == metrics
    table = cfg.custom_hooks[1]
    assert list(table.columns.values())[:2] == ['macro', 'top-1']
    others = [h for h in cfg.custom_hooks if h is not table]
    assert others == [plain.custom_hooks[0], *plain.custom_hooks[2:]]
