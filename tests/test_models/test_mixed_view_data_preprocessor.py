"""Views of which the first alone is mixed."""

import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt import load_recipe
from mmlt.models import MixedViewDataPreprocessor, MultiViewDataPreprocessor
from mmlt.structures import BatchDataSample, MixedLabels

NORM = dict(mean=[125.3, 123.0, 113.9], std=[51.6, 50.8, 51.3])
MIXUP = dict(type='BatchMixup', alpha=0.4)
FLIP = dict(type='BatchRandomFlip', prob=0.5)


def batch(n=16):
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randint(
        0, 256, (n, 3, 8, 8), dtype=torch.uint8, generator=generator
    )
    return {
        'inputs': inputs,
        'data_samples': [BatchDataSample(gt_label=torch.arange(n))],
    }


def test_the_first_view_is_mixed_and_the_others_are_whole():
    ours = MixedViewDataPreprocessor([], [[], []], mixing=MIXUP, **NORM)
    plain = MultiViewDataPreprocessor([], [[], []], **NORM)
    data, whole = ours(batch(), True), plain(batch(), True)['inputs'][0]
    first, *others = data['inputs']
    labels = data['data_samples'][0].gt_label
    assert isinstance(labels, MixedLabels)
    assert torch.equal(labels.label_a, torch.arange(16))
    weight = labels.weight[:, None, None, None]
    expected = weight * whole + (1 - weight) * whole[labels.label_b]
    torch.testing.assert_close(first, expected)
    assert not torch.allclose(first, whole)
    for other in others:
        assert torch.equal(other, whole)


def test_without_a_mixture_it_is_the_plain_one():
    ours = MixedViewDataPreprocessor([FLIP], [[FLIP]], **NORM)
    plain = MultiViewDataPreprocessor([FLIP], [[FLIP]], **NORM)
    for a, b in zip(
        ours(batch(), True)['inputs'],
        plain(batch(), True)['inputs'],
        strict=True,
    ):
        assert torch.equal(a, b)


def test_testing_mixes_nothing():
    ours = MixedViewDataPreprocessor([], [[]], mixing=MIXUP, **NORM)
    plain = MultiViewDataPreprocessor([], [[]], **NORM)
    data = ours(batch())
    assert torch.equal(data['inputs'], plain(batch())['inputs'])
    assert torch.equal(data['data_samples'][0].gt_label, torch.arange(16))


def test_an_epoch_repeats_its_mixture():
    ours = MixedViewDataPreprocessor([FLIP], [[FLIP]], mixing=MIXUP, **NORM)
    seen = []
    for epoch in (3, 3, 4):
        for part in ours.modules():
            if hasattr(part, 'set_progress'):
                part.set_progress(epoch, 10)
        seen.append(ours(batch(), True)['inputs'])
    for a, b, c in zip(*seen, strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


def test_a_mixture_of_other_images_than_the_views_is_refused():
    ours = MixedViewDataPreprocessor(
        [], [[]], mixing=dict(type='BatchMinorityCutMix'), **NORM
    )
    with pytest.raises(TypeError, match=r'made 8 of 16.*Use BatchMixup'):
        ours(batch(), True)


def test_soft_labels_beside_a_mixture_are_refused():
    with pytest.raises(ValueError, match='labels are mixed once'):
        MixedViewDataPreprocessor(
            [], [[]], mixing=MIXUP, to_onehot=True, num_classes=16, **NORM
        )


def build(recipe, overlays):
    cfg = load_recipe(recipe, overlays)
    torch.manual_seed(0)
    model = MODELS.build(dict(cfg.model))
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(range(200, 0, -2))
    return cfg, model


def test_the_contrast_has_the_labels_of_the_whole_images():
    recipe, overlays = 'balpoe/resnet32_cifar100lt', ['vmf-contrast']
    cfg, model = build(recipe, overlays)
    prepare = MODELS.build(dict(cfg.data_preprocessor))
    inputs = torch.randint(0, 256, (6, 3, 32, 32), dtype=torch.uint8)
    samples = [BatchDataSample(gt_label=torch.arange(6))]
    data = prepare(dict(inputs=inputs, data_samples=samples), training=True)
    losses = model.loss(**data)
    assert set(losses) == {
        *(f'loss_expert{k}' for k in range(3)),
        'loss_contrast',
    }
    assert model.contrast.projection[0].in_features == 3 * 64
    _, again = build(recipe, overlays)
    whole = again.loss(data['inputs'], samples)
    torch.testing.assert_close(losses['loss_contrast'], whole['loss_contrast'])
    assert not torch.allclose(losses['loss_expert0'], whole['loss_expert0'])
    # and the statistics, from the labels of the whole images alone
    seen = model.contrast.amounts[1].nonzero().flatten()
    assert torch.equal(seen, torch.arange(6))
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.isfinite().all(), name
