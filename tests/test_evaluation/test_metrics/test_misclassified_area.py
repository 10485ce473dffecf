import math

import pytest
import torch
from mmpretrain.models import LinearClsHead
from torch import nn

from mmlt.evaluation import BatchEvaluator, MisclassifiedArea
from mmlt.functional import compression_factors, misclassified_area
from mmlt.models import TauNormClsHead, VMFClsHead

from ..conftest import batched, run

COUNTS = [200, 101, 100, 20, 5]


def linear_head():
    head = LinearClsHead(5, 8)
    nn.init.normal_(head.fc.weight)
    nn.init.normal_(head.fc.bias)
    return head


def measure(head, scores, labels, **settings):
    settings = dict(gamma=1.0, class_counts=COUNTS) | settings
    metric = MisclassifiedArea(**settings)
    metric.set_head(head)
    return run(BatchEvaluator(metric), batched(scores, labels, 10), 103)


def test_metric_equals_the_function_in_percent():
    head, labels = linear_head(), torch.randint(0, 5, (103,))
    with torch.no_grad():
        logits = head((torch.randn(103, 8),))
    tau = compression_factors(5, 1.0, order='index')
    expected = misclassified_area(logits, labels, tau, head.fc.bias.detach())
    got = measure(head, logits.softmax(1), labels, per_class=True)
    for name, mask in expected.items():
        key = f'misclassified_area/{name}'
        assert got[key] == pytest.approx(100 * mask.double().mean().item())
        few = mask[labels == 4].double().mean().item()
        assert got[f'{key}_few'] == pytest.approx(100 * few)
        assert got[f'{key}_per_class'][4] == pytest.approx(100 * few)
    assert got['misclassified_area/changed'] > 0


def test_heads_that_do_not_see_the_scale_have_none(predictions):
    for head in (TauNormClsHead(5, 8), VMFClsHead(5, 8)):
        got = measure(head, *predictions)
        assert got['misclassified_area/changed'] == 0


def test_gamma_zero_has_none(predictions):
    got = measure(linear_head(), *predictions, gamma=0)
    assert got['misclassified_area/changed'] == 0


def test_an_empty_group_is_nan(predictions):
    got = measure(linear_head(), *predictions, class_counts=[500] * 5)
    assert math.isnan(got['misclassified_area/changed_few'])


def test_a_head_that_was_never_set_is_asked_for(predictions):
    with pytest.raises(RuntimeError, match='know the head.*LongTailHook'):
        measure(None, *predictions)


def test_a_head_that_is_not_linear_is_refused(predictions):
    with pytest.raises(TypeError, match='ReLU'):
        measure(nn.ReLU(), *predictions)


def test_refuses_bad_settings():
    with pytest.raises(ValueError, match='gamma'):
        MisclassifiedArea(gamma=-1)
    with pytest.raises(ValueError, match='few=200'):
        MisclassifiedArea(gamma=1, few=200)
