import pytest
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.functional import distillation_loss
from mmlt.models import DiVELoss
from mmlt.structures import MixedLabels

# CIFAR-10-LT, imbalance ratio 100
COUNTS = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]


class Balanced(nn.Module):
    """Balanced softmax, written down from its formula."""

    def forward(
        self,
        cls_score,
        label,
        weight=None,
        avg_factor=None,
        reduction_override=None,
    ):
        prior = torch.tensor(COUNTS, dtype=cls_score.dtype).log()
        losses = F.cross_entropy(cls_score + prior, label, reduction='none')
        if weight is not None:
            losses = losses * weight
        if reduction_override == 'none':
            return losses
        return losses.sum() / (avg_factor or len(losses))


def batch(dtype=torch.float64):
    scores = torch.linspace(-2, 2, 40, dtype=dtype).reshape(4, 10)
    teacher = torch.arange(40, dtype=dtype).sin().reshape(4, 10)
    return scores, torch.tensor([0, 3, 7, 9]), teacher


def test_published_value():
    """Computed with the published class, balanced softmax as base loss.

    https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/loss/loss_impl/kld_loss.py#L22-L39
    """
    scores, labels, teacher = batch()
    loss = DiVELoss(base_loss=Balanced())
    value = loss(scores, labels, teacher_logits=teacher).item()
    assert value == pytest.approx(1.557597, abs=1e-6)


def test_alpha_moves_from_the_base_loss_to_the_distillation():
    scores, labels, teacher = batch()
    base = F.cross_entropy(scores, labels)
    distilled = distillation_loss(scores, teacher, 2.0, 0.5).mean()
    for alpha in (0, 0.25, 1):
        loss = DiVELoss(alpha=alpha, base_loss=dict(type='CrossEntropyLoss'))
        torch.testing.assert_close(
            loss(scores, labels, teacher_logits=teacher),
            alpha * distilled + (1 - alpha) * base,
        )


def test_weight_average_and_reduction_are_the_parents():
    scores, labels, teacher = batch()
    loss = DiVELoss(base_loss=dict(type='CrossEntropyLoss'))
    each = loss(
        scores, labels, reduction_override='none', teacher_logits=teacher
    )
    assert each.shape == (4,)
    weight = torch.tensor([0.0, 1.0, 2.0, 0.5])
    mean = loss(scores, labels, weight, avg_factor=8, teacher_logits=teacher)
    torch.testing.assert_close(mean, (each * weight).sum() / 8)


def test_mixed_labels_mix_the_base_loss_alone():
    scores, labels, teacher = batch()
    loss = DiVELoss(base_loss=dict(type='CrossEntropyLoss'))
    weight = torch.tensor([0.2, 0.5, 0.9, 1.0])
    mixed = MixedLabels(labels, labels.flip(0), weight)

    def each(label):
        return loss(
            scores, label, reduction_override='none', teacher_logits=teacher
        )

    expected = weight * each(labels) + (1 - weight) * each(labels.flip(0))
    torch.testing.assert_close(each(mixed), expected)


def test_without_a_teacher_it_says_what_to_set():
    scores, labels, _ = batch()
    with pytest.raises(RuntimeError, match="type='DistillClassifier'"):
        DiVELoss(base_loss=Balanced())(scores, labels)


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(alpha=1.5), '`alpha` to be a number in'),
        (dict(temperature=-1), '`temperature`'),
        (dict(power=-1), '`power`'),
    ],
)
def test_settings_out_of_range(kwargs, match):
    with pytest.raises(ValueError, match=match):
        DiVELoss(base_loss=Balanced(), **kwargs)


def test_it_is_registered_under_its_name():
    assert MODELS.get('DiVELoss') is DiVELoss
