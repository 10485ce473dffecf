"""The branch of BCL, alone and in two processes."""

import pytest
import torch
from mmpretrain.models import LinearClsHead

from mmlt.functional import balanced_contrastive_loss
from mmlt.models import BalancedContrast, SADEClsHead
from mmlt.structures import MixedLabels
from tests.test_distributed.processes import in_processes, needs_gloo


def build(**kwargs):
    torch.manual_seed(0)
    head = LinearClsHead(3, 6)
    settings = dict(hidden_channels=16, dim=8)
    return head, BalancedContrast(3, 6, **{**settings, **kwargs})


def batch(step=0, num=12):
    generator = torch.Generator().manual_seed(step)
    features = torch.randn(3, num, 6, generator=generator)
    return features, torch.randint(0, 3, (num,), generator=generator)


def test_the_loss_is_the_function_of_the_views_but_the_first():
    (head, contrast), (features, labels) = build(loss_weight=0.35), batch()
    loss = contrast(features, labels, head)
    head, contrast = build()
    projected = contrast.projection(features.flatten(0, 1))
    expected = balanced_contrastive_loss(
        projected[12:],
        torch.cat([labels, labels]),
        contrast.center_projection(head.fc.weight),
        0.1,
    )
    torch.testing.assert_close(loss, 0.35 * expected.mean())


def test_gradients_reach_the_classifier_through_the_centers():
    (head, contrast), (features, labels) = build(), batch()
    contrast(features, labels, head).backward()
    assert head.fc.weight.grad.abs().sum() > 0
    for parameter in contrast.parameters():
        assert parameter.grad.isfinite().all()


def test_wrong_labels_heads_and_settings_are_refused():
    (head, contrast), (features, labels) = build(), batch()
    mixed = MixedLabels(labels, labels.flip(0), torch.full((12,), 0.7))
    with pytest.raises(TypeError, match='BalancedContrast got mixed'):
        contrast(features, mixed, head)
    for wrong in (LinearClsHead(4, 6), SADEClsHead(3, 6, num_experts=3)):
        with pytest.raises(TypeError, match='fc` of 3 rows and 6 columns'):
            contrast(features, labels, wrong)
    for kwargs in (dict(temperature=0), dict(loss_weight=-1)):
        with pytest.raises(ValueError, match=next(iter(kwargs))):
            BalancedContrast(3, 6, **kwargs)


def work(world_size):
    """A step on this process's part of the batch, without BN."""
    rank = torch.distributed.get_rank() if world_size > 1 else 0
    head, contrast = build()
    head, contrast = head.double().eval(), contrast.double().eval()
    own = slice(rank * 12 // world_size, (rank + 1) * 12 // world_size)
    features, labels = batch()
    features = features[:, own].double().requires_grad_()
    loss = contrast(features, labels[own], head)
    loss.backward()
    parameters = [*contrast.parameters(), head.fc.weight]
    grads = [p.grad for p in parameters]
    return dict(loss=loss.item(), grads=grads, features=features.grad)


@needs_gloo
def test_two_processes_are_one():
    """The average over the processes, as distributed training takes it."""
    (alone,) = in_processes(1, work, 1)
    pair = in_processes(2, work, 2)
    mean = sum(each['loss'] for each in pair) / 2
    assert mean == pytest.approx(alone['loss'], rel=1e-12)
    for expected, *parts in zip(
        alone['grads'], *(each['grads'] for each in pair), strict=True
    ):
        torch.testing.assert_close(
            sum(parts) / 2, expected, rtol=1e-9, atol=1e-12
        )
    # a gradient reaches the features of the other process
    ours = torch.cat([each['features'] for each in pair], dim=1) / 2
    torch.testing.assert_close(ours, alone['features'], rtol=1e-9, atol=1e-12)
