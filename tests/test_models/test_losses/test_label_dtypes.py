"""Labels are integers of any type; numbers with a fraction are refused."""

import inspect

import pytest
import torch

import mmlt.losses
from mmlt.functional import (
    gaussian_clouded_loss,
    label_weights,
    lade_regularizer,
    ldam_loss,
    logit_adjusted_loss,
    objectness_losses,
    one_vs_all_focal_loss,
    seesaw_loss,
    smoothed_cross_entropy,
)
from mmlt.models.losses.per_sample_loss import PerSampleLoss

COUNTS = [100.0, 10.0, 1.0]
INTEGERS = [torch.uint8, torch.int8, torch.int16, torch.int32]
NO_INTEGERS = [torch.float32, torch.float64, torch.bfloat16, torch.bool]
FUNCTIONS = dict(
    logit_adjusted=lambda z, y: logit_adjusted_loss(z, y, COUNTS),
    ldam=lambda z, y: ldam_loss(z, y, [0.1, 0.2, 0.5]),
    focal=one_vs_all_focal_loss,
    seesaw=lambda z, y: seesaw_loss(z, y, COUNTS),
    smoothed=lambda z, y: smoothed_cross_entropy(z, y, [0.4, 0.2, 0.1]),
    clouded=lambda z, y: gaussian_clouded_loss(
        z, y, [0.0, 0.5, 1.0], torch.ones_like(z), 5.0
    ),
    weights=lambda z, y: label_weights(y, torch.tensor([0.5, 1.0, 1.5])),
    objectness=lambda z, y: objectness_losses(
        torch.cat([z, z[:, :2]], 1).log_softmax(1), y
    )[0],
    lade=lambda z, y: lade_regularizer(z, y, COUNTS),
)
LOSSES = [
    kind
    for kind in map(vars(mmlt.losses).get, mmlt.losses.__all__)
    if inspect.isclass(kind) and issubclass(kind, PerSampleLoss)
]


def logits():
    return torch.linspace(-2, 3, 12, dtype=torch.float64).reshape(4, 3)


@pytest.mark.parametrize('name', FUNCTIONS)
def test_functions_take_any_integers_and_nothing_else(name):
    labels = torch.tensor([0, 2, 1, 2])
    expected = FUNCTIONS[name](logits(), labels)
    for dtype in INTEGERS:
        found = FUNCTIONS[name](logits(), labels.to(dtype))
        assert torch.equal(found, expected), dtype
    for dtype in NO_INTEGERS:
        with pytest.raises(TypeError, match='to be integers, the indices'):
            FUNCTIONS[name](logits(), labels.to(dtype))


@pytest.mark.parametrize('kind', LOSSES, ids=lambda kind: kind.__name__)
def test_losses_take_any_integers_and_nothing_else(kind):
    labels = torch.tensor([0, 2, 1, 2])

    def loss_of(dtype):
        loss = kind()
        if hasattr(loss, 'set_class_counts'):
            loss.set_class_counts([100, 10, 1])
        torch.manual_seed(0)
        return loss(logits(), labels.to(dtype))

    expected = loss_of(torch.int64)
    assert expected.isfinite()
    for dtype in INTEGERS:
        assert torch.equal(loss_of(dtype), expected), dtype
    for dtype in NO_INTEGERS:
        with pytest.raises(TypeError, match=f'the labels of {kind.__name__} '):
            loss_of(dtype)
