"""What a training, a resumed one and a test keep of the checkpoint."""

from types import SimpleNamespace

import pytest
import torch
from mmpretrain.registry import HOOKS
from torch import nn

from mmlt.engine import FreshPartsHook


def model(seed):
    torch.manual_seed(seed)
    parts = nn.Module()
    parts.backbone = nn.Linear(3, 3)
    parts.head = nn.Module()
    parts.head.fc = nn.Linear(3, 2)
    parts.head.register_buffer('class_counts', torch.zeros(0))
    return parts


def load(hook, runner, other):
    """What the runner does: the hook first, then the weights."""
    hook.after_load_checkpoint(runner, {})
    runner.model.head.class_counts = torch.ones(2)  # as the checkpoint's
    runner.model.load_state_dict(other.state_dict(), strict=False)


def state(part):
    return {k: v.clone() for k, v in part.named_parameters()}


def same(a, b):
    return all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize(
    ('parts', 'iteration', 'trains', 'fresh'),
    [
        (['head'], 0, True, {'fc.weight', 'fc.bias'}),
        ('head.fc', 0, True, {'fc.weight', 'fc.bias'}),
        (['head'], 10, True, set()),  # resumed
        (['head'], 0, False, set()),  # a test
    ],
)
def test_parts_are_new_where_a_training_starts(
    parts, iteration, trains, fresh
):
    ours, other = model(1), model(2)
    other.head.class_counts = torch.ones(2)
    before, loaded = state(ours.head), state(other.head)
    hook = HOOKS.build(dict(type='FreshPartsHook', parts=parts))
    runner = SimpleNamespace(model=ours, iter=iteration)
    load(hook, runner, other)
    if trains:
        hook.before_train(runner)
    for name, value in state(ours.head).items():
        expected = before if name in fresh else loaded
        assert torch.equal(value, expected[name])
    assert same(state(ours.backbone), state(other.backbone))
    assert ours.head.class_counts.tolist() == [1, 1]
    assert all(p.requires_grad for p in ours.parameters())


def test_it_warns_where_nothing_was_loaded(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmlt.engine.hooks.fresh_parts_hook.print_log',
        lambda text, **_: said.append(text),
    )
    ours = model(1)
    before = state(ours)
    FreshPartsHook().before_train(SimpleNamespace(model=ours, iter=0))
    assert same(state(ours), before)
    assert 'No weights were loaded: head is trained' in said[0]


def test_a_wrong_part_names_the_parts():
    hook = FreshPartsHook(['heads'])
    runner = SimpleNamespace(model=model(1), iter=0)
    with pytest.raises(
        ValueError, match="got 'heads'. Choose among backbone, head"
    ):
        hook.after_load_checkpoint(runner, {})
