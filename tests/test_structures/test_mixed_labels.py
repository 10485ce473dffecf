import copy
import pickle

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import CrossEntropyLoss, LinearClsHead

from mmlt.structures import BatchDataSample, MixedLabels, labels_of

A, B = torch.tensor([0, 2, 1]), torch.tensor([1, 2, 0])
WEIGHT = torch.tensor([0.25, 0.5, 1.0])


@pytest.fixture
def mixed():
    return MixedLabels(A, B, WEIGHT)


def soft_labels():
    one_hot = F.one_hot(A, 4) * WEIGHT[:, None]
    return one_hot + F.one_hot(B, 4) * (1 - WEIGHT)[:, None]


def test_average_weighs_the_first_label(mixed):
    values = torch.tensor([10.0, 20.0, 30.0])
    got = mixed.average(lambda label: values[label])
    assert got.tolist() == [17.5, 30.0, 20.0]
    assert len(mixed) == 3


def test_cross_entropy_of_the_parent_equals_that_of_soft_labels(mixed):
    torch.manual_seed(0)
    scores = torch.randn(3, 4, dtype=torch.float64)
    expected = F.cross_entropy(scores, soft_labels().double())
    got = CrossEntropyLoss()(scores, mixed, avg_factor=3)
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)
    direct = F.cross_entropy(scores, mixed)
    torch.testing.assert_close(direct, expected, rtol=1e-12, atol=0)


def test_class_weights_follow_each_label(mixed):
    torch.manual_seed(0)
    scores = torch.randn(3, 4, dtype=torch.float64)
    weight = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
    got = F.cross_entropy(scores, mixed, weight, reduction='sum')
    nll = -scores.log_softmax(1)
    expected = sum(
        w * weight[a] * nll[i, a] + (1 - w) * weight[b] * nll[i, b]
        for i, (a, b, w) in enumerate(zip(A, B, WEIGHT.double(), strict=True))
    )
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)
    with pytest.raises(ValueError, match='denominator'):
        F.cross_entropy(scores, mixed, weight)


def test_heads_of_the_parent_hand_it_on(mixed):
    torch.manual_seed(0)
    head = LinearClsHead(num_classes=4, in_channels=5)
    feats = (torch.randn(3, 5),)
    sample = BatchDataSample(gt_label=mixed)
    assert labels_of([sample]) is mixed
    got = head.loss(feats, [sample])['loss']
    expected = F.cross_entropy(head(feats), soft_labels())
    torch.testing.assert_close(got, expected)


def test_other_functions_refuse_it(mixed):
    with pytest.raises(TypeError, match='one_hot got MixedLabels'):
        F.one_hot(mixed, 4)
    with pytest.raises(TypeError, match='cat got MixedLabels'):
        torch.cat([mixed, mixed])


def test_what_takes_it_for_a_tensor_is_told_what_it_is(mixed):
    head = LinearClsHead(num_classes=4, in_channels=5, cal_acc=True)
    sample = BatchDataSample(gt_label=mixed)
    with pytest.raises(AttributeError, match='`.ndim` was asked of Mixed'):
        head.loss((torch.randn(3, 5),), [sample])
    assert copy.deepcopy(sample).gt_label.label_a.tolist() == A.tolist()
    assert pickle.loads(pickle.dumps(mixed)).weight.tolist() == (
        WEIGHT.tolist()
    )
