import math

import mpmath
import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import ArcFaceClsHead, LinearClsHead
from mmpretrain.registry import METRICS
from torch import nn

from mmlt.evaluation import BatchEvaluator, ClassOverlap
from mmlt.models import (
    CausalClsHead,
    CosineClsHead,
    TauNormClsHead,
    VMFClsHead,
)

from ..conftest import batched, listed, run

COUNTS = [200, 101, 100, 20, 5]
HEADS = {
    'linear': (LinearClsHead, {}),
    'cosine': (CosineClsHead, dict(scale=12)),
    'tau': (TauNormClsHead, dict(tau=0.7)),
    'causal': (CausalClsHead, {}),
    'vmf': (VMFClsHead, dict(init_kappa_std=2)),
}
# seed, Eq. 8 to 11: concentration from the norm of the weight
KAPPA = {
    'linear': lambda head, norm: norm,
    'cosine': lambda head, norm: torch.full_like(norm, 12),
    'tau': lambda head, norm: norm**0.3,
    'causal': lambda head, norm: norm / (norm + 1 / 16),
    'vmf': lambda head, norm: head.kappa_raw.double().exp().log1p(),
}


def build(name):
    kind, settings = HEADS[name]
    head = kind(num_classes=5, in_channels=8, **settings)
    with torch.no_grad():
        head.fc.weight.copy_(2 * torch.randn(5, 8))
    return head


def expected_overlaps(kappa, mu):
    """(C, C) by mpmath, appendix, Eq. 5."""
    size, dim = mu.shape
    with mpmath.workdps(40):
        v = mpmath.mpf(dim) / 2 - 1
        bias = [
            v * mpmath.log(k) - mpmath.log(mpmath.besseli(v, k))
            for k in kappa.tolist()
        ]
        ratio = [
            mpmath.besseli(v + 1, k) / mpmath.besseli(v, k)
            for k in kappa.tolist()
        ]
        cosine = (mu @ mu.T).tolist()
        kl = [
            [
                bias[i]
                - bias[j]
                + ratio[i] * (kappa[i].item() - kappa[j].item() * cosine[i][j])
                for j in range(size)
            ]
            for i in range(size)
        ]
    return torch.tensor([[float(1 / (1 + x)) for x in row] for row in kl])


def measure(head, **kwargs):
    metric = ClassOverlap(class_counts=COUNTS, **kwargs)
    metric.set_head(head)
    return metric.evaluate(0)


@pytest.mark.parametrize('name', HEADS)
def test_overlaps_of_every_head_against_mpmath(name):
    head = build(name)
    weight = head.fc.weight.detach().double()
    kappa = KAPPA[name](head, weight.norm(dim=1)).detach()
    overlap = expected_overlaps(kappa, F.normalize(weight, dim=1)).double()
    others = 100 * (overlap.sum(1) - 1) / 4
    out = measure(head, per_class=True)
    for c in range(5):
        assert out[f'overlap/class_{c}'] == pytest.approx(
            others[c].item(), rel=1e-6
        )
    groups = {'many': [0, 1], 'medium': [2, 3], 'few': [4]}
    for key, members in {'mean': list(range(5)), **groups}.items():
        assert out[f'overlap/{key}'] == pytest.approx(
            others[members].mean().item(), rel=1e-6
        )
    whole = measure(head, diagonal=True)
    assert whole['overlap/mean'] == pytest.approx(
        100 * overlap.mean().item(), rel=1e-6
    )


def test_convention_identical_classes_have_100_percent():
    head = CosineClsHead(5, 8)
    with torch.no_grad():
        head.fc.weight.copy_(torch.ones(5, 8))
    assert measure(head)['overlap/mean'] == pytest.approx(100, rel=1e-9)


def test_concentrated_orthogonal_classes_hardly_overlap():
    head = CosineClsHead(5, 8, scale=1e4)
    with torch.no_grad():
        head.fc.weight.copy_(torch.eye(5, 8))
    out = measure(head)
    assert 0 < out['overlap/mean'] < 0.02


def test_an_evaluator_runs_it_beside_others(predictions):
    metric = ClassOverlap(class_counts=COUNTS)
    metric.set_head(build('vmf'))
    for batches in (batched, listed):
        evaluator = BatchEvaluator([metric, dict(type='Accuracy')])
        out = run(evaluator, batches(*predictions, 10), 103)
        assert out['overlap/mean'] == metric.evaluate(103)['overlap/mean']
        assert 'accuracy/top1' in out


def test_it_sees_the_head_as_it_is_now():
    head = build('linear')
    metric = ClassOverlap(class_counts=COUNTS)
    metric.set_head(head)
    before = metric.evaluate(0)['overlap/mean']
    with torch.no_grad():
        head.fc.weight *= 3
    assert metric.evaluate(0)['overlap/mean'] < before


def test_an_empty_group_is_nan_and_so_are_all_without_counts():
    head = build('linear')
    metric = ClassOverlap()
    metric.set_head(head)
    out = metric.evaluate(0)
    assert math.isnan(out['overlap/many'])
    assert out['overlap/mean'] > 0
    metric.set_class_counts([500] * 5)
    out = metric.evaluate(0)
    assert math.isnan(out['overlap/few'])
    assert out['overlap/many'] == pytest.approx(out['overlap/mean'])


def test_a_head_that_was_never_set_is_asked_for():
    with pytest.raises(RuntimeError, match='know the head.*LongTailHook'):
        ClassOverlap().evaluate(0)


def test_heads_that_cannot_be_read_are_refused():
    class Tempered(LinearClsHead):
        def forward(self, feats):
            return super().forward(feats) / 2

    metric = ClassOverlap()
    for head in (
        nn.ReLU(),
        ArcFaceClsHead(num_classes=5, in_channels=8),
        Tempered(num_classes=5, in_channels=8),
    ):
        metric.set_head(head)
        with pytest.raises(TypeError, match=type(head).__name__):
            metric.evaluate(0)


def test_a_diverged_head_is_refused():
    head = build('vmf')
    with torch.no_grad():
        head.kappa_raw[3] = math.nan
    with pytest.raises(ValueError, match='class 3 has nan'):
        measure(head)


def test_counts_of_another_number_of_classes_are_refused():
    metric = ClassOverlap(class_counts=[1, 2])
    metric.set_head(build('linear'))
    with pytest.raises(RuntimeError, match='5 classes, but got those of 2'):
        metric.evaluate(0)


def test_refuses_limits_in_the_wrong_order():
    with pytest.raises(ValueError, match='few=200'):
        ClassOverlap(few=200)


def test_it_is_registered_under_its_name():
    assert METRICS.get('ClassOverlap') is ClassOverlap
