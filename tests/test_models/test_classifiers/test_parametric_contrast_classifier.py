"""One contrast of both views, of features and logits."""

import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from mmlt import load_recipe
from mmlt.models import ParametricContrastClassifier
from mmlt.structures import BatchDataSample

COUNTS = [200, 150, 120, 100, 80, 60, 40, 30, 20, 10]


def build():
    cfg = load_recipe('gpaco/resnet20_digitslt')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    assert type(model) is ParametricContrastClassifier
    model.contrast.set_class_counts(COUNTS)
    return model


def batch():
    views = torch.randn(2, 6, 3, 8, 8)
    return tuple(views), [BatchDataSample(gt_label=torch.arange(6) % 10)]


def test_the_loss_is_that_of_the_contrast():
    model = build().eval()  # without statistics of a batch
    views, samples = batch()
    (loss,) = model.loss(views, samples).values()
    pooled = [model.extract_feat(view)[-1] for view in views]
    again = build()
    expected = again.contrast(
        torch.stack(pooled),
        samples[0].gt_label,
        torch.stack([model.head((each,)) for each in pooled]),
    )
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-6)


def test_every_parameter_learns_and_each_view_has_its_statistics():
    model = build().train()
    seen = []
    norm = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    norm.register_forward_hook(lambda m, x, y: seen.append(len(x[0])))
    model.loss(*batch())['loss'].backward()
    assert seen == [6, 6]
    assert int(norm.num_batches_tracked) == 2
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all()


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
