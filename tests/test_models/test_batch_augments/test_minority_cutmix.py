import pytest
import torch
from mmpretrain.registry import MODELS
from torch import Generator

from mmlt.datasets import DigitsLT
from mmlt.datasets.samplers import LongTailSampler
from mmlt.functional import (
    beta_weights,
    cutmix_box,
    cutmix_weight,
    paste_box,
)
from mmlt.models import BatchDataPreprocessor, BatchMinorityCutMix
from mmlt.structures import BatchDataSample, MixedLabels, labels_of

LABELS = torch.tensor([0, 3, 0, 2, 1, 1, 0, 3])
IMAGES = torch.randn(8, 3, 16, 12, generator=Generator().manual_seed(1))


def seeded(seed=0):
    return Generator().manual_seed(seed)


def switched_on(**settings):
    mixing = BatchMinorityCutMix(**settings)
    mixing.set_progress(4, 200)
    return mixing


def test_it_is_the_functions_on_the_pairs():
    images, mixed = switched_on(prob=1.0)(IMAGES, LABELS, seeded())
    generator = seeded()
    weight = beta_weights(1.0, 1, generator)[0]
    drawn = torch.rand(3, generator=generator)
    center = (drawn[1:].double() * torch.tensor([16, 12])).long()
    box = cutmix_box(16, 12, weight, center)
    expected = paste_box(IMAGES[0::2], IMAGES[1::2], box)
    assert torch.equal(images, expected)
    assert not torch.equal(images, IMAGES[0::2])
    assert torch.equal(mixed.label_a, LABELS[0::2])
    assert torch.equal(mixed.label_b, LABELS[1::2])
    weight = cutmix_weight(16, 12, box).float()
    assert torch.equal(mixed.weight, weight.expand(4))


def test_half_of_the_batches_get_a_box():
    mixing, generator = switched_on(), seeded()
    kept = 0
    for _ in range(400):
        images, mixed = mixing(IMAGES, LABELS, generator)
        whole = torch.equal(images, IMAGES[0::2])
        assert whole == bool((mixed.weight == 1).all())
        kept += whole
    # without a box, or with one of less than two pixels: of 16 x 12 one has
    # no width below sides of 2 in 12, a weight above 1 - (2 / 12)^2
    share = 0.5 + 0.5 * (2 / 12) ** 2
    assert kept / 400 == pytest.approx(share, abs=0.08)


def test_a_probability_of_0_is_the_background_with_its_own_loss():
    images, mixed = switched_on(prob=0.0)(IMAGES, LABELS, seeded())
    assert torch.equal(images, IMAGES[0::2])
    loss = MODELS.build(dict(type='CrossEntropyLoss'))
    scores = torch.randn(4, 4)
    assert torch.equal(loss(scores, mixed), loss(scores, LABELS[0::2]))


@pytest.mark.parametrize(
    ('settings', 'epochs', 'on'),
    [
        ({}, 200, range(4, 197)),
        ({}, 10, range(4, 7)),
        ({}, 7, []),
        (dict(begin=0, end=0), 5, range(5)),
        (dict(begin=0.5, end=1), 10, range(5, 9)),
    ],
)
def test_epochs_with_boxes(settings, epochs, on):
    mixing = BatchMinorityCutMix(prob=1.0, **settings)
    found = []
    for epoch in range(epochs):
        mixing.set_progress(epoch, epochs)
        images, labels = mixing(IMAGES, LABELS, seeded(3))
        assert len(images) == len(labels) == 4
        if isinstance(labels, MixedLabels):
            found.append(epoch)
        else:
            assert torch.equal(labels, LABELS[0::2])
            assert torch.equal(images, IMAGES[0::2])
    assert found == list(on)


def test_pairs_of_the_sampler_are_a_frequent_and_a_uniform_class():
    data = DigitsLT(pipeline=[])
    sampler = LongTailSampler(
        data, 'class_balanced', pair_with_uniform=True, seed=0
    )
    labels = torch.from_numpy(data.get_gt_labels())[list(sampler)]
    backgrounds, pasted = labels[0::2], labels[1::2]
    assert torch.equal(
        backgrounds.bincount(), torch.tensor(data.get_gt_labels()).bincount()
    )
    share = pasted.bincount() / len(pasted)
    assert (share - 0.1).abs().max() < 0.06


def test_in_the_preprocessor_a_batch_comes_out_half_as_large():
    preprocessor = BatchDataPreprocessor(
        mixing=dict(type='BatchMinorityCutMix', prob=1.0),
        mean=[0.0] * 3,
        std=[1.0] * 3,
    )
    for part in preprocessor.modules():
        if hasattr(part, 'set_progress'):
            part.set_progress(5, 200)
    images = torch.randint(0, 256, (8, 3, 16, 16), dtype=torch.uint8)
    batch = {
        'inputs': images,
        'data_samples': [BatchDataSample(gt_label=LABELS)],
    }
    ready = preprocessor(dict(batch), training=True)
    assert ready['inputs'].shape == (4, 3, 16, 16)
    assert isinstance(labels_of(ready['data_samples']), MixedLabels)
    again = preprocessor(dict(batch), training=False)
    assert len(again['inputs']) == 8


@pytest.mark.gpu
def test_it_runs_on_the_device_of_the_generator():
    generator = Generator('cuda').manual_seed(0)
    images, mixed = switched_on(prob=1.0)(
        IMAGES.cuda(), LABELS.cuda(), generator
    )
    assert images.is_cuda
    assert mixed.weight.is_cuda


def test_what_it_refuses():
    with pytest.raises(ValueError, match='pairs.*but got 7 images'):
        switched_on()(IMAGES[:7], LABELS[:7], seeded())
    with pytest.raises(TypeError, match=r'shape \(8, 4\)'):
        switched_on()(IMAGES, torch.rand(8, 4), seeded())
    for name, value in dict(prob=1.5, alpha=0, begin=1.0, end=-1).items():
        with pytest.raises(ValueError, match=name):
            BatchMinorityCutMix(**{name: value})
    assert MODELS.get('BatchMinorityCutMix') is BatchMinorityCutMix
