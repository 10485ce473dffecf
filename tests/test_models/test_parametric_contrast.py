"""The loss of GPaCo: its queue, and two processes against one."""

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import parametric_contrastive_loss, unit_vectors
from mmlt.models import ParametricContrast
from mmlt.structures import MixedLabels
from tests.test_distributed.processes import in_processes, needs_gloo

COUNTS = [40, 20, 5]


def build(**kwargs):
    torch.manual_seed(0)
    settings = dict(dim=8, queue_size=20)
    contrast = ParametricContrast(3, 6, **{**settings, **kwargs})
    contrast.set_class_counts(COUNTS)
    return contrast


def batch(step=0, num=12):
    generator = torch.Generator().manual_seed(step)
    features = torch.randn(2, num, 6, generator=generator)
    logits = torch.randn(2, num, 3, generator=generator)
    labels = torch.randint(0, 3, (num,), generator=generator)
    return features, labels, logits


def test_the_loss_is_the_function_of_views_and_queue():
    settings = dict(alpha=0.02, temperature=0.1, smoothing=0.1)
    contrast = build(loss_weight=0.5, class_temperature=2.0, **settings)
    first, second = batch(0), batch(1)
    keys = unit_vectors(contrast.projection(first[0][1])).detach()
    alone = contrast(*first)
    then = contrast(*second)
    prior = (torch.tensor(COUNTS) / 65).log()
    none = torch.zeros(0, 8), first[1][:0]
    for found, (features, labels, logits), queue in (
        (alone, first, none),
        (then, second, (keys, first[1])),
    ):
        expected = parametric_contrastive_loss(
            contrast.projection(features.flatten(0, 1)),
            labels.repeat(2),
            (logits.flatten(0, 1) + prior) / 2,
            *queue,
            **settings,
        )
        torch.testing.assert_close(found, 0.5 * expected.mean())


def test_the_queue_keeps_the_newest_second_views():
    contrast = build()
    keys, labels = [], []
    for step in range(3):
        features, label, logits = batch(step)
        keys.append(unit_vectors(contrast.projection(features[1])).detach())
        labels.append(label)
        contrast(features, label, logits)
    # 36 into 20 places: the last 16 begin at place 0 again
    newest = torch.cat(keys)[-20:].roll(16, 0)
    torch.testing.assert_close(contrast.queue, newest)
    assert torch.equal(
        contrast.queue_labels, torch.cat(labels)[-20:].roll(16, 0)
    )
    assert contrast.position == 16
    assert not contrast.queue.requires_grad


def test_a_batch_beyond_the_queue_fills_it():
    contrast = build(queue_size=5)
    contrast(*batch())
    assert torch.equal(contrast.queue_labels, batch()[1][-5:])


def test_gradients_flow_to_features_of_both_views_and_logits():
    contrast = build()
    contrast(*batch(0))
    features, labels, logits = batch(1)
    contrast(
        features.requires_grad_(), labels, logits.requires_grad_()
    ).backward()
    for grad in (*features.grad, *logits.grad):
        assert grad.abs().sum() > 0
    for parameter in contrast.parameters():
        assert parameter.grad.isfinite().all()


@pytest.mark.parametrize('step', [1, 2, 3])
def test_a_resumed_branch_goes_on_as_if_nothing_had_been(step):
    whole, first, again = build(), build(), build()
    for s in range(4):
        whole(*batch(s))
    for s in range(step):
        first(*batch(s))
    again.load_state_dict(first.state_dict())
    for s in range(step, 4):
        again(*batch(s))
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_half_precision_leaves_the_queue_in_float32():
    contrast = build()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = contrast(*batch())
    assert loss.dtype == contrast.queue.dtype == torch.float32
    torch.testing.assert_close(loss, build()(*batch()), rtol=0.05, atol=0)


def test_mixed_labels_and_missing_counts_are_refused():
    contrast, (features, labels, logits) = build(), batch()
    mixed = MixedLabels(labels, labels.flip(0), torch.full((12,), 0.7))
    for wrong in (mixed, F.one_hot(labels, 3).float()):
        with pytest.raises(TypeError, match='ParametricContrast got mixed'):
            contrast(features, wrong, logits)
    with pytest.raises(RuntimeError, match='know the class counts'):
        ParametricContrast(3, 6)(features, labels, logits)
    with pytest.raises(ValueError, match='class 1 has 0'):
        contrast.set_class_counts([1, 0, 2])


@pytest.mark.parametrize(
    'kwargs',
    [
        dict(temperature=0),
        dict(class_temperature=0),
        dict(queue_size=0),
        dict(dim=0),
        dict(alpha=-1),
        dict(smoothing=2),
        dict(loss_weight=-1),
    ],
)
def test_wrong_settings_are_refused(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        ParametricContrast(3, 6, **kwargs)


def work(world_size):
    """Two steps on this process's part of the batches."""
    rank = torch.distributed.get_rank() if world_size > 1 else 0
    contrast = build().double()
    own = slice(rank * 12 // world_size, (rank + 1) * 12 // world_size)
    losses, grads = [], []
    for step in range(2):
        features, labels, logits = batch(step)
        contrast.zero_grad()
        features = features[:, own].double().requires_grad_()
        loss = contrast(features, labels[own], logits[:, own].double())
        loss.backward()
        losses.append(loss.item())
        grads.append([p.grad.clone() for p in contrast.parameters()])
    return dict(
        losses=losses,
        grads=grads,
        features=features.grad,
        state=contrast.state_dict(),
    )


@needs_gloo
def test_two_processes_are_one():
    (alone,) = in_processes(1, work, 1)
    pair = in_processes(2, work, 2)
    for name, value in alone['state'].items():
        for each in pair:
            # the queue is kept in float32
            torch.testing.assert_close(
                each['state'][name], value, rtol=1e-6, atol=1e-7
            )
    for step in range(2):
        mean = sum(each['losses'][step] for each in pair) / 2
        assert mean == pytest.approx(alone['losses'][step], rel=1e-6)
        for expected, *parts in zip(
            alone['grads'][step],
            *(each['grads'][step] for each in pair),
            strict=True,
        ):
            torch.testing.assert_close(
                sum(parts) / 2, expected, rtol=1e-5, atol=1e-8
            )
    # a gradient reaches the features of the other process
    ours = torch.cat([each['features'] for each in pair], dim=1) / 2
    torch.testing.assert_close(ours, alone['features'], rtol=1e-5, atol=1e-8)
