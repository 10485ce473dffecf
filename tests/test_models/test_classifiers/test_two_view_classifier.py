"""Both views of a batch through one network, for one head."""

import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from mmlt import load_recipe
from mmlt.structures import BatchDataSample

COUNTS = [200, 150, 120, 100, 80, 60, 40, 30, 20, 10]


def build(**options):
    cfg = load_recipe('mdcs/resnet20_digitslt', [], options)
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    model.head.set_class_counts(COUNTS)
    model.head.set_progress(0, 10)
    return model


def batch():
    views = torch.randn(2, 6, 3, 8, 8)
    return tuple(views), [BatchDataSample(gt_label=torch.arange(6) % 10)]


def test_the_losses_are_those_of_the_head_on_both_views():
    model = build().eval()  # without statistics of a batch
    views, samples = batch()
    losses = model.loss(views, samples)
    assert set(losses) == {
        'loss_expert0', 'loss_expert1', 'loss_expert2', 'loss_consistency'
    }  # fmt: skip
    features = torch.cat([model.extract_feat(v)[-1] for v in views])
    expected = model.head.loss((features,), samples)
    for name, loss in losses.items():
        torch.testing.assert_close(loss, expected[name], rtol=1e-4, atol=1e-6)


def test_every_parameter_learns_and_views_share_their_statistics():
    model = build().train()
    seen = []
    norm = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    norm.register_forward_hook(lambda m, x, y: seen.append(len(x[0])))
    sum(model.loss(*batch()).values()).backward()
    assert seen == [12]
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all()


def test_a_neck_with_labels_gets_those_of_both_views():
    neck = dict(type='FCCNeck', gamma=0.5, begin=0)
    options = {
        'model.neck': [dict(type='GlobalAveragePooling'), neck],
        'model.head.scale': None,
    }
    model = build(**options).train()
    model.neck[1].set_class_counts(COUNTS)
    got = []
    model.neck[1].register_forward_hook(lambda m, x, y: got.append(x[1]))
    views, samples = batch()
    model.loss(views, samples)
    labels = samples[0].gt_label
    assert torch.equal(got[0], torch.cat([labels, labels]))


def test_the_prediction_is_that_of_one_view():
    model = build().eval()
    images = torch.randn(4, 3, 8, 8)
    expected = model.head(model.extract_feat(images))
    assert torch.equal(model(images), expected)


def test_another_number_of_views_is_refused():
    model = build().train()
    views, samples = batch()
    for wrong, num in ((views[0], 1), (views[:1], 1), ((*views, views[0]), 3)):
        with pytest.raises(TypeError, match=f'two views of a batch.* {num}'):
            model.loss(wrong, samples)


def test_a_head_of_one_view_is_refused():
    cfg = load_recipe('ce/resnet20_digitslt')
    cfg.model.type = 'TwoViewClassifier'
    with pytest.raises(TypeError, match='two views, but got LinearClsHead'):
        MODELS.build(cfg.model)
