"""A classifier on the first view, and a contrast on the others."""

import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from mmlt import load_recipe
from mmlt.models import MultiViewClassifier
from mmlt.structures import BatchDataSample

COUNTS = [200, 150, 120, 100, 80, 60, 40, 30, 20, 10]


def build(method, **model):
    options = {f'model.{key}': value for key, value in model.items()}
    cfg = load_recipe(f'{method}/resnet20_digitslt', [], options)
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(COUNTS)
        if hasattr(part, 'set_progress') and part is not model:
            part.set_progress(0, 10)
    return model


def batch():
    views = torch.randn(3, 6, 3, 8, 8)
    return tuple(views), [BatchDataSample(gt_label=torch.arange(6) % 10)]


@pytest.mark.parametrize('method', ['proco', 'bcl'])
def test_the_losses_are_those_of_the_parts(method):
    model = build(method).eval()  # without statistics of a batch
    views, samples = batch()
    losses = model.loss(views, samples)
    assert set(losses) == {'loss', 'loss_contrast'}
    plain = model.head.loss(model.extract_feat(views[0]), samples)
    torch.testing.assert_close(losses['loss'], plain['loss'])
    again = build(method).eval()
    features = torch.stack([again.extract_feat(v)[0] for v in views])
    labels = samples[0].gt_label
    torch.testing.assert_close(
        losses['loss_contrast'],
        again.contrast(features, labels, again.head),
        rtol=1e-4,
        atol=1e-6,
    )


@pytest.mark.parametrize('method', ['proco', 'bcl'])
def test_every_parameter_learns(method):
    model = build(method).train()
    sum(model.loss(*batch()).values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all()


def test_all_views_share_the_statistics_of_batch_normalization():
    model = build('proco').train()
    views, samples = batch()
    seen = []
    norm = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    norm.register_forward_hook(lambda m, x, y: seen.append(len(x[0])))
    model.loss(views, samples)
    assert seen == [18]


def test_sizes_come_from_the_head():
    contrast = build('proco').contrast
    assert contrast.means.shape == (2, 10, 32)
    assert contrast.projection[0].in_features == 64


def test_the_prediction_is_that_of_the_classifier_alone():
    model = build('proco').eval()
    images = torch.randn(4, 3, 8, 8)
    expected = model.head(model.extract_feat(images))
    assert torch.equal(model(images), expected)


def test_one_view_is_refused():
    assert issubclass(MultiViewClassifier, nn.Module)
    model = build('proco').train()
    views, samples = batch()
    for wrong in (views[0], views[:1]):
        with pytest.raises(TypeError, match='Expected several views'):
            model.loss(wrong, samples)
