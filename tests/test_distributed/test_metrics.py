"""Metrics of two and three processes are those of one, to the last digit."""

import pytest
import torch
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import METRICS

from mmlt.evaluation import BatchEvaluator
from mmlt.models import VMFClsHead
from mmlt.structures import BatchDataSample

from .processes import in_processes, needs_gloo

pytestmark = needs_gloo
NUM_IMAGES = 103  # 52 of 2 processes, 35 of 3: one and two are repeated
COUNTS = [200, 101, 100, 20, 5]


EVERY_PREDICTION = [
    dict(type='Accuracy', topk=(1, 3)),
    dict(type='SingleLabelMetric'),
    dict(type='ShotAccuracy', class_counts=COUNTS),
    dict(type='MacroAccuracy'),
    dict(type='CalibrationError'),
    dict(type='ClassOverlap'),
]
SUMS_ALONE = [
    dict(type='LongTailMetric'),
    dict(type='MisclassifiedArea', gamma=1.0),
]


def evaluate(world_size, batch_size, metrics):
    """Metrics of this process, whose images are every world_size-th."""
    rank = 0
    if world_size > 1:
        rank = torch.distributed.get_rank()
    torch.manual_seed(1)
    scores = torch.randn(NUM_IMAGES, 5).mul(2).softmax(1)
    labels = torch.randint(0, 5, (NUM_IMAGES,))
    each = -(-NUM_IMAGES // world_size)
    # as DefaultSampler(shuffle=False): filled up from the beginning
    rows = torch.arange(each * world_size) % NUM_IMAGES
    evaluator = BatchEvaluator(metrics)
    torch.manual_seed(2)
    head = VMFClsHead(num_classes=5, in_channels=8, init_kappa=16.0)
    if metrics == SUMS_ALONE:  # which of them looks at a bias
        head = LinearClsHead(num_classes=5, in_channels=8)
        torch.nn.init.normal_(head.fc.bias)
    for metric in evaluator.metrics:
        if hasattr(metric, 'set_head'):
            metric.set_head(head)
        if hasattr(metric, 'set_class_counts'):
            metric.set_class_counts(COUNTS)
    for own in rows[rank::world_size].split(batch_size):
        sample = BatchDataSample(gt_label=labels[own])
        sample.pred_score = scores[own]
        sample.pred_label = scores[own].argmax(1)
        evaluator.process([sample])
    return evaluator.evaluate(NUM_IMAGES)


@pytest.mark.parametrize('world_size', [2, 3])
@pytest.mark.parametrize(
    ('metrics', 'prefixes'),
    [
        (EVERY_PREDICTION, {'accuracy', 'shot', 'calibration', 'overlap'}),
        (SUMS_ALONE, {'long_tail', 'misclassified_area'}),
    ],
)
def test_metrics_are_exact(world_size, metrics, prefixes):
    (expected,) = in_processes(1, evaluate, 1, 103, metrics)
    # a batch size that leaves an incomplete batch
    results = in_processes(world_size, evaluate, world_size, 10, metrics)
    assert {name.split('/')[0] for name in expected} >= prefixes
    values = [v for v in expected.values() if isinstance(v, float)]
    assert len(values) >= 9
    assert sum(v != 0 for v in values) >= 9
    assert all(result == expected for result in results)


def test_every_metric_of_ours_is_here():
    """A new metric has to be added above."""
    ours = {
        name
        for name, kind in METRICS.module_dict.items()
        if kind.__module__.startswith('mmlt.')
    }
    tested = {metric['type'] for metric in EVERY_PREDICTION + SUMS_ALONE}
    assert ours <= tested
