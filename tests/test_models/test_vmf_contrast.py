"""The branch of ProCo: its statistics, and two processes against one."""

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    vmf_concentration_estimate,
    vmf_contrast_logits,
)
from mmlt.models import VMFContrast
from mmlt.structures import MixedLabels
from tests.test_distributed.processes import in_processes, needs_gloo

COUNTS = [40, 20, 5]


def build(**kwargs):
    torch.manual_seed(0)
    settings = dict(hidden_channels=16, dim=8)
    contrast = VMFContrast(3, 6, **{**settings, **kwargs})
    contrast.set_class_counts(COUNTS)
    contrast.set_progress(0, 10)
    return contrast


def batch(step=0, num=12):
    generator = torch.Generator().manual_seed(step)
    features = torch.randn(3, num, 6, generator=generator)
    return features, torch.randint(0, 3, (num,), generator=generator)


def test_the_loss_is_the_function_of_the_means_so_far():
    """View after view, as the published code: each is in its own means."""
    contrast, (features, labels) = build(loss_weight=0.5), batch()
    loss = contrast(features, labels)
    contrast = build()
    z = F.normalize(contrast.projection(features.flatten(0, 1)), dim=1)
    seen, expected = [], []
    for view in z.view(3, 12, 8)[1:]:
        seen.append(view.detach())
        means = torch.stack(
            [
                torch.cat([v[labels == c] for v in seen]).mean(0)
                for c in range(3)
            ]
        )
        kappa = vmf_concentration_estimate(8, means.norm(dim=1))
        logits = vmf_contrast_logits(view, means, kappa, 0.1)
        logits = logits + torch.tensor(COUNTS).log()
        expected.append(F.cross_entropy(logits, labels))
    torch.testing.assert_close(loss, 0.5 * sum(expected) / 2)


def test_gradients_flow_through_the_features_alone():
    contrast, (features, labels) = build(), batch()
    contrast(features.requires_grad_(), labels).backward()
    assert not contrast.means.requires_grad
    assert features.grad[1:].abs().sum() > 0
    for parameter in contrast.parameters():
        assert parameter.grad.isfinite().all()


def test_the_epoch_changes_places_with_the_one_that_gathered():
    contrast = build()
    start = contrast.means.clone()
    torch.testing.assert_close(start.norm(dim=2), torch.full((2, 3), 0.9))
    contrast(*batch(0))
    assert contrast.amounts[0].tolist() == contrast.amounts[1].tolist()
    gathered = contrast.means[1].clone()
    contrast.set_progress(1, 10)
    assert torch.equal(contrast.means[0], gathered)
    assert contrast.amounts[0].sum() == 24
    assert contrast.amounts[1].sum() == 0
    contrast(*batch(1))
    # the last epoch counts beside this one, and this one alone
    assert contrast.amounts.sum(1).tolist() == [48, 24]


@pytest.mark.parametrize('step', [1, 2, 3])
def test_a_resumed_branch_goes_on_as_if_nothing_had_been(step):
    """In the middle of an epoch (2 steps) and at its end."""

    def run(contrast, steps):
        for s in steps:
            contrast.set_progress(s // 2, 10)  # again in a resumed epoch
            contrast(*batch(s))

    whole, first, again = build(), build(), build(hidden_channels=16)
    run(whole, range(4))
    run(first, range(step))
    again.load_state_dict(first.state_dict())
    run(again, range(step, 4))
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_a_class_that_is_not_seen_keeps_where_it_began():
    contrast = build()
    before = contrast.means[0, 2].clone()
    features, _ = batch()
    contrast(features, torch.zeros(12).long())
    assert torch.equal(contrast.means[0, 2], before)


def test_half_precision_leaves_the_statistics_in_float32():
    contrast, (features, labels) = build(), batch()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = contrast(features, labels)
    assert loss.dtype == contrast.means.dtype == torch.float32
    torch.testing.assert_close(
        loss, build()(features, labels), rtol=0.05, atol=0
    )


def test_mixed_labels_and_missing_counts_are_refused():
    contrast, (features, labels) = build(), batch()
    mixed = MixedLabels(labels, labels.flip(0), torch.full((12,), 0.7))
    for wrong in (mixed, F.one_hot(labels, 3).float()):
        with pytest.raises(TypeError, match='VMFContrast got mixed or soft'):
            contrast(features, wrong)
    with pytest.raises(RuntimeError, match='know the class counts'):
        VMFContrast(3, 6)(features, labels)
    with pytest.raises(ValueError, match='3 classes'):
        contrast.set_class_counts([1, 2])
    with pytest.raises(ValueError, match='class 1 has 0'):
        contrast.set_class_counts([1, 0, 2])


@pytest.mark.parametrize(
    'kwargs', [dict(temperature=0), dict(dim=1), dict(loss_weight=-1)]
)
def test_wrong_settings_are_refused(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        VMFContrast(3, 6, **kwargs)


def work(world_size):
    """Two steps on this process's part of the batches, without BN."""
    rank = torch.distributed.get_rank() if world_size > 1 else 0
    contrast = build().double().eval()
    own = slice(rank * 12 // world_size, (rank + 1) * 12 // world_size)
    losses, grads = [], []
    for step in range(2):
        features, labels = batch(step)
        contrast.zero_grad()
        loss = contrast(features[:, own].double(), labels[own])
        loss.backward()
        losses.append(loss.item())
        grads.append([p.grad.clone() for p in contrast.parameters()])
    return dict(losses=losses, grads=grads, state=contrast.state_dict())


@needs_gloo
def test_two_processes_are_one():
    """View by view the means hold all features before a logit is taken."""
    (alone,) = in_processes(1, work, 1)
    pair = in_processes(2, work, 2)
    for name, value in alone['state'].items():
        for each in pair:
            torch.testing.assert_close(each['state'][name], value)
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
