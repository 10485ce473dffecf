import copy
import re
from pathlib import Path

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import MODELS

from mmlt.functional import distillation_loss
from mmlt.structures import BatchDataSample, unpack_batch

PLAIN = dict(
    type='LongTailClassifier',
    backbone=dict(type='CIFARResNet', depth=20),
    neck=[dict(type='GlobalAveragePooling')],
    head=dict(
        type='LinearClsHead', num_classes=3, in_channels=64, init_cfg=None
    ),
)
LOSS = dict(
    type='DiVELoss', alpha=0.3, base_loss=dict(type='CrossEntropyLoss')
)


def batch(n=4):
    labels = torch.arange(n) % 3
    return torch.randn(n, 3, 8, 8), [BatchDataSample(gt_label=labels)]


@pytest.fixture
def teacher(tmp_path):
    """A network and its checkpoint."""
    model = MODELS.build(copy.deepcopy(PLAIN))
    model(torch.randn(8, 3, 8, 8))  # running statistics
    path = tmp_path / 'dive' / 'teacher' / 'epoch_1.pth'
    path.parent.mkdir(parents=True)
    torch.save({'state_dict': model.state_dict(), 'meta': {}}, path)
    return model.eval(), str(path)


def student(checkpoint, **kwargs):
    cfg = copy.deepcopy(PLAIN)
    cfg['head']['loss'] = LOSS
    cfg.update(
        type='DistillClassifier',
        teacher=copy.deepcopy(PLAIN),
        teacher_checkpoint=checkpoint,
        **kwargs,
    )
    return MODELS.build(cfg)


def test_the_loss_is_that_of_the_teachers_logits(teacher):
    network, path = teacher
    model = student(path)
    inputs, samples = batch()
    labels = samples[0].gt_label
    twin = MODELS.build(copy.deepcopy(PLAIN))
    twin.load_state_dict(model.state_dict())
    scores = twin.train()(inputs)
    distilled = distillation_loss(scores, network(inputs), 2.0, 0.5).mean()
    base = torch.nn.functional.cross_entropy(scores, labels)
    torch.testing.assert_close(
        model.train().loss(inputs, samples)['loss'],
        0.3 * distilled + 0.7 * base,
    )


def test_the_teacher_sees_the_same_images_in_evaluation_mode(teacher):
    network, path = teacher
    model = student(path).train()
    inputs, _ = batch()
    before = copy.deepcopy(network.state_dict())
    out = model.teacher_logits(inputs)
    assert torch.equal(out, network(inputs))
    assert not out.requires_grad
    (loaded,) = model._loaded
    assert not any(m.training for m in loaded.modules())
    for key, value in loaded.state_dict().items():
        assert torch.equal(value, before[key])  # no statistics were updated


def test_the_teacher_is_no_part_of_the_model(teacher):
    _, path = teacher
    model = student(path)
    model.init_weights()
    inputs, samples = batch()
    model.loss(inputs, samples)['loss'].backward()
    plain = MODELS.build(copy.deepcopy(PLAIN))
    assert model.state_dict().keys() == plain.state_dict().keys()
    wrapper = build_optim_wrapper(
        model, dict(optimizer=dict(type='SGD', lr=0.1))
    )
    in_optimizer = sum(
        p.numel()
        for group in wrapper.optimizer.param_groups
        for p in group['params']
    )
    assert in_optimizer == sum(p.numel() for p in plain.parameters())
    assert all(p.grad is not None for p in model.parameters())
    assert all(p.grad is None for p in model._loaded[0].parameters())


def test_testing_needs_no_teacher():
    model = student('nowhere/to/be/found.pth').eval()
    inputs, samples = batch()
    plain = MODELS.build({**copy.deepcopy(PLAIN)}).eval()
    plain.load_state_dict(model.state_dict())
    ours = model.predict(inputs, samples)[0].pred_score
    theirs = plain.predict(inputs, batch()[1])[0].pred_score
    assert torch.equal(ours, theirs)


def test_a_missing_checkpoint_names_the_command_that_makes_it(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[3])
    path = 'work_dirs/ce/resnet20_digitslt/epoch_0.pth'
    model = student(path)
    command = 'python tools/train.py configs/ce/resnet20_digitslt.py'
    with pytest.raises(FileNotFoundError, match=re.escape(command)):
        model.init_weights()
    with pytest.raises(FileNotFoundError, match='model.teacher_checkpoint'):
        student('other.pth').loss(*batch())


def test_no_checkpoint_is_said_when_the_training_begins():
    model = student(None)
    with pytest.raises(ValueError, match='but it is None. Train with mmlt'):
        model.init_weights()


def test_a_checkpoint_of_another_network_is_refused(teacher, tmp_path):
    model, _ = teacher
    weights = model.state_dict()
    weights.pop('head.fc.weight')
    path = str(tmp_path / 'other.pth')
    torch.save({'state_dict': weights}, path)
    with pytest.raises(ValueError, match='head.fc.weight'):
        student(path).init_weights()


def test_a_neck_that_scales_the_teachers_training_is_at_rest(tmp_path):
    """FCC in the teacher alone: its logits are those of a test."""
    cfg = copy.deepcopy(PLAIN)
    cfg['neck'] = [*cfg['neck'], dict(type='FCCNeck', gamma=0.5)]
    network = MODELS.build(copy.deepcopy(cfg))
    network.neck[1].set_class_counts([9, 3, 1])
    path = str(tmp_path / 'fcc.pth')
    torch.save({'state_dict': network.state_dict()}, path)
    model = student(path)
    model.teacher = cfg
    inputs, samples = batch()
    assert torch.equal(model.teacher_logits(inputs), network.eval()(inputs))
    assert model.loss(inputs, samples)['loss'].isfinite()


def test_the_teacher_follows_the_precision_of_the_images(teacher):
    _, path = teacher
    model = student(path).double()
    inputs, samples = batch()
    loss = model.loss(inputs.double(), samples)['loss']
    assert loss.dtype == torch.float64
    with torch.autocast('cpu', dtype=torch.bfloat16):
        single = student(path).loss(inputs, unpack_batch(samples[0]))['loss']
    assert single.dtype == torch.float32
    assert single.isfinite()
