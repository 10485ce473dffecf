"""The parts of metrics that LongTailHook tells something."""

import pytest
import torch
from mmengine.evaluator import BaseMetric
from torch import nn

from mmlt.evaluation.receivers import ClassCountsReceiver, HeadReceiver


class Both(ClassCountsReceiver, HeadReceiver, BaseMetric):
    def process(self, data_batch, data_samples):
        pass

    def compute_metrics(self, results):
        return {}


def test_groups_are_of_the_counts_that_were_told():
    metric = Both(many=50, few=3)
    assert metric.shot_groups(3) is None
    for counts in ([51, 50, 2], torch.tensor([51, 50, 2])):
        metric.set_class_counts(counts)
        groups = metric.shot_groups(3)
        assert {k: v.tolist() for k, v in groups.items()} == {
            'many': [True, False, False],
            'medium': [False, True, False],
            'few': [False, False, True],
        }


def test_counts_may_be_given_at_once():
    assert Both(class_counts=[5, 4]).class_counts.tolist() == [5, 4]


def test_counts_that_are_missing_are_asked_for_where_they_are_needed():
    with pytest.raises(RuntimeError, match='Both .* 3 classes, but got none'):
        Both().shot_groups(3, required=True)


@pytest.mark.parametrize('required', [True, False])
def test_counts_of_another_number_of_classes_are_refused(required):
    with pytest.raises(
        RuntimeError, match='3 classes, but got those of 2.*LongTailHook'
    ):
        Both(class_counts=[5, 4]).shot_groups(3, required)


def test_limits_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match='few=60 and many=50'):
        Both(many=50, few=60)


def test_the_head_is_the_one_that_was_told():
    metric, head = Both(), nn.Linear(2, 2)
    with pytest.raises(RuntimeError, match='Both .*head.*LongTailHook'):
        metric.known_head()
    metric.set_head(head)
    assert metric.known_head() is metric.head is head
    metric.set_head(None)
    with pytest.raises(RuntimeError, match='never set'):
        metric.known_head()
