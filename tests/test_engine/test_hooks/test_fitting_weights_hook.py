"""Which checkpoints a test, a resumed and a new training take."""

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmpretrain.registry import HOOKS, MODELS
from torch import nn

from mmlt.engine import FittingWeightsHook
from mmlt.models import LongTailClassifier  # noqa: F401, which registers it

HEADS = {
    'LinearClsHead': {},
    'CosineClsHead': dict(balanced=True),
    'VMFClsHead': {},
    'LogitAdjustedClsHead': {},
    'TauNormClsHead': {},
    'CausalClsHead': {},
    'DisAlignClsHead': {},
    'LWSClsHead': {},
    'SADEClsHead': {},
    'BalPoEClsHead': {},
    'RIDEClsHead': {},
    'MDCSClsHead': {},
    'SHIKEClsHead': {},
    'NCLClsHead': {},
}
EXPERTS = tuple(HEADS)[8:]


def network(head='VMFClsHead', num_classes=10, depth=20, **settings):
    """An LDAM network has counts in its loss, one with FCC in its neck."""
    experts = head in EXPERTS
    backbone = dict(type='CIFARResNet', depth=depth)
    if experts:
        backbone = dict(
            type='ParallelBackbones', num_experts=3, backbone=backbone
        )
    config = dict(
        type='LongTailClassifier',
        backbone=backbone,
        neck=[
            dict(type='GlobalAveragePooling'),
            dict(type='FCCNeck', gamma=0.5),
        ],
        head=dict(
            type=head,
            num_classes=num_classes,
            in_channels=64,
            **{**HEADS[head], **settings},
        ),
    )
    return MODELS.build(config)


class Runner:
    """What the hook asks of mmengine's runner."""

    def __init__(self, model, trains=False, resume=False):
        self.model = model
        self._load_from = 'a.pth'
        self._resume = resume
        self.optim_wrapper = None
        if trains:
            sgd = torch.optim.SGD(model.parameters(), lr=0.1)
            self.optim_wrapper = OptimWrapper(sgd)


def counted(model, num_classes):
    counts = list(range(10 * num_classes, 0, -10))
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(counts)
    return model


def content(model, **changes):
    state = model.state_dict() | changes
    state = {k: v for k, v in state.items() if v is not None}
    return {'state_dict': state, 'meta': {}}


def loaded(runner, checkpoint):
    HOOKS.build(dict(type='FittingWeightsHook')).after_load_checkpoint(
        runner, checkpoint
    )
    return checkpoint


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmlt.engine.hooks.fitting_weights_hook.print_log',
        lambda text, **_: lines.append(text),
    )
    return lines


@pytest.mark.parametrize('head', HEADS)
def test_the_network_itself_fits(head, said):
    checkpoint = content(counted(network(head), 10))
    for runner in (
        Runner(network(head)),
        Runner(counted(network(head), 10), trains=True),
        Runner(counted(network(head), 10), trains=True, resume=True),
    ):
        loaded(runner, dict(checkpoint))
        for name, value in checkpoint['state_dict'].items():
            assert torch.equal(runner.model.state_dict()[name], value), name
    assert said == []


@pytest.mark.parametrize('head', HEADS)
def test_another_number_of_classes_is_left_out(head, said):
    """Of every head, with one line; counts are those of the new set."""
    runner = Runner(counted(network(head, 5), 5), trains=True)
    own = {k: v.clone() for k, v in runner.model.state_dict().items()}
    before = counted(network(head, 10), 10)
    checkpoint = loaded(runner, content(before))
    state = checkpoint['state_dict']
    for name, value in own.items():
        other = before.state_dict()[name]
        if 'class_counts' in name or other.shape != value.shape:
            assert torch.equal(state[name], value), name
        else:
            assert torch.equal(state[name], other), name
    (line,) = said
    assert 'Loaded from a.pth: all that fits. Left out (of another' in line
    assert 'for (5,' in line
    assert 'class_counts' not in line
    # what mmengine loads after the hook is the same once more
    assert runner.model.load_state_dict(state, strict=True)


WRONG = {
    'no head': ({'head.fc.weight': None}, 'missing: head.fc.weight'),
    '9 classes': (
        {'head.fc.weight': torch.ones(9, 64)},
        r'another shape: head.fc.weight \(9, 64\) for \(10, 64\)',
    ),
    'no statistics': (
        {'backbone.bn1.running_mean': None},
        'missing: backbone.bn1.running_mean',
    ),
    'more': (
        {'head.scale': torch.ones(10)},
        'not in the network: head.scale',
    ),
}


@pytest.mark.parametrize('what', WRONG)
@pytest.mark.parametrize('trains', [False, True])
def test_a_test_and_a_resumed_training_need_the_same_network(what, trains):
    changes, words = WRONG[what]
    runner = Runner(counted(network(), 10), trains, resume=trains)
    with pytest.raises(ValueError, match=f'a.pth to hold the .*{words}'):
        loaded(runner, content(counted(network(), 10), **changes))


def test_a_test_does_without_what_is_for_training_alone():
    changes = {
        'head.loss_module.class_counts': torch.ones(10),
        'contrast.queue': torch.ones(3),
        'neck.1.class_counts': None,
        'backbone.bn1.num_batches_tracked': None,
    }
    checkpoint = content(counted(network(), 10), **changes)
    loaded(Runner(network()), checkpoint)
    runner = Runner(network(), trains=True, resume=True)
    with pytest.raises(ValueError, match='not in the network: .*contrast'):
        loaded(runner, checkpoint)


def test_a_training_needs_the_backbone(said):
    ours = network()
    state = ours.state_dict()
    head = {k: v for k, v in state.items() if k.startswith('head')}
    for other, words in (
        ({'a.b': torch.ones(3)}, '0 % of its weights'),
        (head, '0 % of its weights'),
        ({f'net.{k}': v for k, v in state.items()}, '0 % .*net.backbone'),
    ):
        with pytest.raises(ValueError, match=f'hold the backbone .*{words}'):
            loaded(Runner(network(), trains=True), {'state_dict': other})
    deeper = Runner(network(depth=32), trains=True)
    with pytest.raises(ValueError, match='hold the backbone .* 5[0-9] %'):
        loaded(deeper, {'state_dict': ours.state_dict()})
    # one layer of another shape is no other network
    gray = state | {'backbone.conv1.weight': torch.ones(16, 1, 3, 3)}
    said.clear()
    loaded(Runner(network(), trains=True), {'state_dict': gray})
    assert 'backbone.conv1.weight (16, 1, 3, 3) for (16, 3, 3, 3)' in said[0]


def test_a_file_of_weights_alone_is_loaded():
    ours = network()
    checkpoint = loaded(Runner(network()), dict(ours.state_dict()))
    assert 'state_dict' in checkpoint  # EMAHook looks for it


def test_a_model_without_a_backbone_needs_nine_tenths():
    model = nn.Linear(3, 2)
    FittingWeightsHook().after_load_checkpoint(
        Runner(model, trains=True), dict(nn.Linear(3, 2).state_dict())
    )
    with pytest.raises(ValueError, match='hold the model .* 0 %'):
        FittingWeightsHook().after_load_checkpoint(
            Runner(model, trains=True), dict(nn.Linear(4, 3).state_dict())
        )
