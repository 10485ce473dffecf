import pytest
import torch

pytest.importorskip('mmdet')
from mmdet.models.losses import SeesawLoss
from mmdet.registry import MODELS

from mmlt.dense import ClassAndObjectnessLoss

from .conftest import BOX_HEAD

C = 5


def boxes():
    generator = torch.Generator().manual_seed(0)
    scores = 3 * torch.randn(12, C + 2, generator=generator)
    labels = torch.randint(0, C + 1, (12,), generator=generator)
    weights = torch.rand(12, generator=generator)
    assert (labels == C).any()
    return scores, labels, weights


@pytest.mark.parametrize('avg_factor', [None, 7.0])
def test_it_is_seesaw_without_seesaw(avg_factor):
    """Against mmdetection's SeesawLoss, with both factors at 1."""
    scores, labels, weights = boxes()
    theirs = SeesawLoss(p=0.0, q=0.0, num_classes=C, loss_weight=0.5)
    ours = ClassAndObjectnessLoss(loss_weight=0.5)
    if avg_factor is None:
        # theirs divides the part of the classes by the objects, ours by all
        avg_factor = float(len(labels))
        got = ours(scores, labels, weights)
    else:
        got = ours(scores, labels, weights, avg_factor=avg_factor)
    expected = theirs(scores, labels, weights, avg_factor=avg_factor)
    assert got.keys() == expected.keys()
    for name in got:
        torch.testing.assert_close(got[name], expected[name])
    torch.testing.assert_close(
        ours.get_activation(scores), theirs.get_activation(scores)
    )
    for name, value in theirs.get_accuracy(scores, labels).items():
        assert torch.equal(ours.get_accuracy(scores, labels)[name], value)


def test_boxes_without_an_object_have_a_loss_of_objectness_alone():
    scores, _, _ = boxes()
    scores.requires_grad_()
    loss = ClassAndObjectnessLoss()
    found = loss(scores, torch.full((12,), C))
    assert found['loss_cls_classes'] == 0
    sum(found.values()).backward()
    assert scores.grad[:, C:].any()
    assert loss.get_accuracy(scores, torch.full((12,), C))['acc_classes'] == 0


def test_reductions():
    scores, labels, weights = boxes()
    loss = ClassAndObjectnessLoss(reduction='sum')
    each = loss(scores, labels, weights, reduction_override='none')
    for name, value in loss(scores, labels, weights).items():
        assert each[name].shape == (12,)
        torch.testing.assert_close(each[name].sum(), value)
    with pytest.raises(ValueError, match='reduction'):
        ClassAndObjectnessLoss(reduction='max')
    with pytest.raises(ValueError, match='loss_weight'):
        ClassAndObjectnessLoss(loss_weight=-1)
    with pytest.raises(ValueError, match='use_sigmoid'):
        ClassAndObjectnessLoss(use_sigmoid=True)


def test_the_head_reads_what_the_loss_says():
    head = MODELS.build(dict(type='Shared2FCBBoxHead', **BOX_HEAD))
    assert head.custom_cls_channels
    assert head.custom_activation
    assert head.custom_accuracy
    head.fc_cls.set_class_counts([3, 2, 1])
    scores, deltas = head(torch.randn(4, 16, 7, 7))
    losses = head.loss(
        scores,
        deltas,
        rois=torch.zeros(4, 5),
        labels=torch.tensor([0, 3, 2, 3]),
        label_weights=torch.ones(4),
        bbox_targets=torch.zeros(4, 4),
        bbox_weights=torch.zeros(4, 4),
    )
    assert losses.keys() == {
        'loss_cls_classes',
        'loss_cls_objectness',
        'acc_objectness',
        'acc_classes',
        'loss_bbox',
    }
