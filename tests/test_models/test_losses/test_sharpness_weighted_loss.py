import pytest
import torch
from mmpretrain.structures import DataSample

from mmlt.functional import logit_adjusted_loss, sharpness_weights
from mmlt.models import (
    BalPoEClsHead,
    DiVELoss,
    LogitAdjustedLoss,
    SharpnessWeightedLoss,
)
from mmlt.models.losses import sharpness_weighted_loss as module
from mmlt.structures import MixedLabels
from tests.golden_cases import COUNTS, LABELS, logits

LA = dict(type='LogitAdjustedLoss')


def build(loss=LA, **settings):
    loss = SharpnessWeightedLoss(loss, **settings)
    loss.set_class_counts(COUNTS)
    loss.sharp_parts = []
    return loss


def test_its_value_is_that_of_the_loss():
    plain = LogitAdjustedLoss()
    plain.set_class_counts(COUNTS)
    torch.testing.assert_close(
        build()(logits(), LABELS), plain(logits(), LABELS)
    )


def test_the_part_is_the_weighted_mean():
    loss = build(strength=0.5, power=2.0)
    loss(logits(), LABELS, avg_factor=3)
    (part,) = loss.sharp_parts
    weights = sharpness_weights(COUNTS, 0.5, 2.0)[LABELS]
    losses = logit_adjusted_loss(logits(), LABELS, COUNTS)
    torch.testing.assert_close(part, (weights * losses).mean())


def test_every_call_has_its_part():
    loss = build()
    loss(logits(), LABELS)
    loss(2 * logits(), LABELS)
    first, second = loss.sharp_parts
    assert first != second


def test_a_mixed_image_has_the_mean_weight_of_its_classes():
    second, share = torch.tensor([1, 3, 0]), torch.full((3,), 0.7)
    loss = build()
    loss(logits(), MixedLabels(LABELS, second, share))
    weights = sharpness_weights(COUNTS)
    mean = 0.7 * weights[LABELS] + 0.3 * weights[second]
    losses = sum(
        s * logit_adjusted_loss(logits(), y, COUNTS)
        for s, y in ((0.7, LABELS), (0.3, second))
    )
    torch.testing.assert_close(
        loss.sharp_parts[0], (mean * losses).mean(), rtol=1e-6, atol=0
    )


def test_soft_labels_that_are_hard_are_the_same():
    loss = build()
    loss(logits(), LABELS)
    loss(logits(), torch.nn.functional.one_hot(LABELS, 4).double())
    torch.testing.assert_close(*loss.sharp_parts)


def test_the_weight_of_an_image_counts_for_both_parts():
    loss = build()
    weight = torch.tensor([2.0, 0.0, 1.0], dtype=torch.float64)
    value = loss(logits(), LABELS, weight=weight, avg_factor=3)
    losses = logit_adjusted_loss(logits(), LABELS, COUNTS) * weight
    torch.testing.assert_close(value, losses.mean())
    shares = sharpness_weights(COUNTS)[LABELS]
    torch.testing.assert_close(loss.sharp_parts[0], (shares * losses).mean())


def test_with_another_optimizer_a_warning_says_so_once(monkeypatch):
    said = []
    monkeypatch.setattr(
        module, 'print_log', lambda text, **_: said.append(text)
    )
    loss = build()
    loss.sharp_parts = None
    for _ in range(2):
        loss(logits(), LABELS)
    (text,) = said
    assert "`optim_wrapper.type='SAMOptimWrapper'`" in text
    assert loss.sharp_parts is None  # nothing is kept that nobody takes


def test_progress_reaches_the_loss_in_it():
    deferred = dict(
        type='DeferredLoss',
        before=dict(type='CrossEntropyLoss'),
        after=LA,
        begin=1,
    )
    loss = build(deferred)
    loss.set_progress(1, 2)
    assert loss.loss.switched


def test_counts_are_needed():
    with pytest.raises(RuntimeError, match='never set'):
        SharpnessWeightedLoss(LA)(logits(), LABELS)


def test_settings_out_of_range_are_refused():
    with pytest.raises(ValueError, match='`strength`.*got -2'):
        SharpnessWeightedLoss(LA, strength=-2)
    with pytest.raises(TypeError, match='`loss`'):
        SharpnessWeightedLoss('LA')


def test_labels_of_any_integer_type_are_the_same():
    parts = []
    for dtype in (torch.int64, torch.uint8, torch.int8, torch.int32):
        loss = build()
        loss(logits(), LABELS.to(dtype))
        parts.append(loss.sharp_parts[0])
    assert len(set(map(float, parts))) == 1


def test_it_switches_as_the_loss_in_it_does():
    deferred = dict(type='DeferredLoss', before=LA, after=LA, begin=0.5)
    loss = build(deferred)
    loss.set_progress(0, 2)
    assert loss.switched is loss.loss.switched is False
    loss.set_progress(1, 2)
    assert loss.switched is loss.loss.switched is True
    assert build().switched


def test_what_multiplies_the_loss_multiplies_the_part():
    plain, scaled = build(), build()
    plain(logits(), LABELS)
    scaled(logits(), LABELS)
    with module.scaled_sharp_parts(torch.nn.Sequential(scaled), 0.25):
        scaled(logits(), LABELS)
    (part,) = plain.sharp_parts
    # what was there before stays
    assert [float(p / part) for p in scaled.sharp_parts] == [1, 0.25]


def loss_and_part(kind, loss):
    """What a part of a network that scales its loss gives, and keeps."""
    torch.manual_seed(0)
    if kind == 'BalPoEClsHead':
        part = BalPoEClsHead(4, 8, loss=loss)
    else:
        part = DiVELoss(power=1, alpha=0.25, base_loss=loss)
    for module_ in part.modules():
        if hasattr(module_, 'set_class_counts'):
            module_.set_class_counts(COUNTS)
        if hasattr(module_, 'sharp_parts'):
            module_.sharp_parts = []
    if kind == 'BalPoEClsHead':
        samples = [DataSample().set_gt_label(int(y)) for y in LABELS]
        value = sum(part.loss((torch.randn(3, 24),), samples).values())
        kept = getattr(part.loss_module, 'sharp_parts', None)
    else:
        # its own teacher: nothing is distilled
        value = part(logits(), LABELS, teacher_logits=logits())
        kept = getattr(part.base_loss, 'sharp_parts', None)
    return value, kept


@pytest.mark.parametrize('kind', ['BalPoEClsHead', 'DiVELoss'])
def test_the_part_is_one_of_the_loss_that_is_trained(kind):
    whole, _ = loss_and_part(kind, LA)
    # power 0: the share of every class is lambda
    sharp = dict(type='SharpnessWeightedLoss', loss=LA, strength=0.5, power=0)
    value, kept = loss_and_part(kind, sharp)
    torch.testing.assert_close(value, whole)
    torch.testing.assert_close(
        torch.stack(kept).sum(), 0.5 * whole, rtol=1e-6, atol=0
    )
