import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.models import ShiftedNormClassifier
from mmlt.structures import BatchDataSample


def build(**settings):
    return MODELS.build(
        dict(
            type='ShiftedNormClassifier',
            backbone=dict(type='CIFARResNet', depth=20),
            neck=[dict(type='GlobalAveragePooling')],
            head=dict(type='LWSClsHead', num_classes=4, in_channels=64),
            **{'frozen': ['backbone'], **settings},
        )
    )


def moved(model, steps=2):
    """Names of what some steps of SGD with weight decay change."""
    before = {k: v.clone() for k, v in model.state_dict().items()}
    sgd = torch.optim.SGD(
        [p for p in model.parameters() if p.requires_grad],
        lr=0.1,
        weight_decay=0.1,
    )
    samples = [BatchDataSample(gt_label=torch.arange(8) % 4)]
    model.train()
    for _ in range(steps):
        images = torch.randn(8, 3, 16, 16) + 1
        sgd.zero_grad()
        model.loss(images, samples)['loss'].backward()
        sgd.step()
    return {k for k, v in model.state_dict().items() if (v != before[k]).any()}


STATISTICS = {
    k
    for k in build().state_dict()
    if k.endswith(('running_mean', 'running_var', 'num_batches_tracked'))
}
HEAD = {'head.fc.weight', 'head.fc.bias', 'head.scale'}


def test_statistics_move_and_weights_do_not():
    assert len(STATISTICS) > 50
    assert moved(build()) == STATISTICS | HEAD
    assert moved(build(shift_bn=True)) == STATISTICS | HEAD


def test_without_it_the_frozen_part_stays_as_it_is():
    assert moved(build(shift_bn=False)) == HEAD


def test_statistics_of_one_part_move():
    model = build(shift_bn=['backbone.layer3'])
    last = {k for k in STATISTICS if k.startswith('backbone.layer3.')}
    assert last
    assert moved(model) == last | HEAD


def test_it_is_kept_over_a_test_between_the_epochs():
    model = build(shift_bn=False)
    model.train()
    model.eval()
    assert moved(model) == HEAD


def test_what_it_refuses():
    with pytest.raises(ValueError, match='`frozen`.*but got none'):
        build(frozen=[])
    with pytest.raises(ValueError, match="inside the frozen ones.*'head"):
        build(shift_bn=['head'])
    with pytest.raises(ValueError, match="got 'backbone.layer9'"):
        build(shift_bn=['backbone.layer9'])
    with pytest.raises(TypeError, match='without `norm_eval`, but got True'):
        build(norm_eval=True)
    assert MODELS.get('ShiftedNormClassifier') is ShiftedNormClassifier
