"""Training images as the network gets them, against images known before."""

import re

import numpy as np
import pytest
import torch
from PIL import Image

import mmlt.engine
import mmlt.models  # noqa: F401
from mmlt.datasets import DigitsLT
from mmlt.runs.recipes import load_recipe
from mmlt.runs.training_images import across_the_tail, training_images
from mmlt.runs.training_steps import training_steps


def digits(recipe='ce/resnet20_digitslt', **settings):
    return load_recipe(recipe, [], settings or None)


def pairs(shown):
    """Each original with its versions, as arrays."""
    for part in shown.classes:
        for image in part.images:
            versions = [np.asarray(v) for v in image.versions]
            yield np.asarray(image.original), versions


def test_what_is_not_augmented_is_what_lies_in_the_data_set():
    cfg = digits(**{'data_preprocessor.augments': []})
    shown = training_images(cfg, classes=10, per_class=3)
    assert [part.count for part in shown.classes] == sorted(
        shown.counts, reverse=True
    )
    for original, versions in pairs(shown):
        for version in versions:
            assert (version == original).all()


def test_versions_are_crops_of_the_padded_image():
    """The crop of the batch, on the device: 9 places of 8 x 8 pixels."""
    shown = training_images(digits(), classes=4, per_class=2)
    moved = 0
    for original, versions in pairs(shown):
        padded = np.pad(original, ((1, 1), (1, 1), (0, 0)))
        crops = [
            padded[y : y + 8, x : x + 8] for y in range(3) for x in range(3)
        ]
        for version in versions:
            assert any((version == crop).all() for crop in crops)
            moved += not (version == original).all()
    assert moved > 12  # 24 versions, each stays in its place in 1 of 9


@pytest.mark.parametrize('to_rgb', [True, False])
def test_files_have_their_colors_whatever_the_network_reads(tmp_path, to_rgb):
    rng = np.random.RandomState(0)
    for name, count in (('few', 1), ('many', 3)):
        (tmp_path / name).mkdir()
        for i in range(count):
            pixels = rng.randint(0, 256, (5, 7, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f'{i}.png')
    cfg = digits()
    cfg.data_preprocessor.update(augments=[], to_rgb=to_rgb)
    cfg.train_dataloader.dataset = dict(
        type='CustomDataset',
        data_root=str(tmp_path),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='PackInputs')],
    )
    shown = training_images(cfg, per_class=5)
    assert [(p.name, p.count, len(p.images)) for p in shown.classes] == [
        ('many', 3, 3),
        ('few', 1, 1),
    ]
    assert [image.name for image in shown.classes[0].images] == [
        '0.png',
        '1.png',
        '2.png',
    ]
    for original, versions in pairs(shown):
        assert original.shape == (5, 7, 3)
        assert all((version == original).all() for version in versions)


@pytest.mark.parametrize('prob', [0.0, 1.0])
def test_boxes_are_on_the_image_beside_them(prob):
    cfg = digits('cmo/resnet20_digitslt')
    cfg.data_preprocessor.augments = []
    cfg.data_preprocessor.mixing.prob = prob
    shown = training_images(cfg, classes=4, per_class=2, versions=4)
    changed = []
    for part in shown.classes:
        for image in part.images:
            original = np.array(image.original)
            for version, words in zip(
                image.versions, image.labels, strict=True
            ):
                own = re.search(rf'(\d+)\s% {part.name}', words)
                weight = int(own[1]) / 100 if own else 0
                same = (np.array(version) == original).all(2).mean()
                assert same >= weight - 0.006
                changed.append(same < 1)
    assert any(changed) == bool(prob)


def test_mixtures_are_those_that_their_labels_say():
    cfg = digits('mixup/resnet20_digitslt')
    cfg.data_preprocessor.augments = []
    shown = training_images(cfg, classes=3, per_class=1)
    data = DigitsLT(split='train', imbalance_ratio=20)
    known = data.images.permute(0, 2, 3, 1).double()
    names = data.metainfo['classes']
    of_two = 0
    for part in shown.classes:
        (image,) = part.images
        original = torch.from_numpy(np.array(image.original)).double()
        for version, words in zip(image.versions, image.labels, strict=True):
            shares = {
                name: int(share) / 100
                for share, name in re.findall(r'(\d+)\s% (\w+)', words)
            }
            assert sum(shares.values()) == pytest.approx(1, abs=0.011)
            if len(shares) == 1:
                continue
            of_two += 1
            weight = shares.pop(part.name)
            (other,) = shares
            mine = known[data.labels == list(names).index(other)]
            got = torch.from_numpy(np.array(version)).double()
            expected = weight * original + (1 - weight) * mine
            # the share is rounded to a percent of up to 255
            off = (got - expected).abs().flatten(1).amax(1)
            assert off.min() <= 0.5 + 0.005 * 255 * 2
    assert of_two >= 3


def test_batch_augmentations_that_the_model_names_are_there():
    cfg = digits()
    cfg.model.train_cfg = dict(augments=[dict(type='CutMix', alpha=1.0)])
    shown = training_images(cfg, classes=10, per_class=1)
    labels = [
        words
        for part in shown.classes
        for image in part.images
        for words in image.labels
    ]
    assert all(labels)
    assert any(', ' in words for words in labels)
    assert training_steps(cfg)['Mixed with other images of the batch'] == [
        'CutMix(alpha=1.0)'
    ]


def test_two_views_are_both_shown():
    cfg = digits()
    cfg.data_preprocessor.update(
        type='TwoViewDataPreprocessor',
        second_augments=[dict(type='BatchCutout', size=20)],
    )
    shown = training_images(cfg, classes=2, per_class=1, versions=2)
    for original, versions in pairs(shown):
        assert len(versions) == 4
        assert original.any()
        blackened = [int((v == 0).sum()) for v in versions]
        assert blackened[1] > blackened[0]
        assert blackened[3] > blackened[2]
    assert training_steps(cfg)['View 2 of it'] == ['BatchCutout(size=20)']


def test_every_view_of_three_is_shown_and_named():
    cfg = load_recipe('proco/resnet20_digitslt')
    shown = training_images(cfg, classes=1, per_class=1, versions=2)
    ((_, versions),) = pairs(shown)
    assert len(versions) == 6
    crop = 'BatchRandomResizedCrop(size=8, scale=(0.5, 1.0))'
    steps = training_steps(cfg)
    assert steps['View 2 of it'] == steps['View 3 of it'] == [crop]


def test_the_seed_says_which_images_and_which_numbers():
    def all_of(seed):
        found = pairs(training_images(digits(), 3, 2, seed=seed))
        return [np.stack([o, *v]).tolist() for o, v in found]

    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert all_of(1) == all_of(1)
    assert (torch.get_rng_state() == before).all()
    assert all_of(1) != all_of(2)


@pytest.mark.parametrize(
    ('counts', 'number', 'chosen'),
    [
        ([5, 100, 20, 50, 1], 3, [1, 2, 4]),
        ([5, 100, 20, 50, 1], 1, [1]),
        ([5, 100, 20], 9, [1, 2, 0]),
        ([5, 0, 20], 9, [2, 0]),  # a class without images
        ([7, 7, 7], 2, [0, 2]),
    ],
)
def test_classes_are_across_the_tail(counts, number, chosen):
    assert across_the_tail(counts, number) == chosen


def test_images_of_other_channels_are_refused():
    from mmlt.runs.training_images import as_picture

    with pytest.raises(ValueError, match='one channel .* or three .* gets 5'):
        as_picture(torch.zeros(5, 2, 2), False)
    assert as_picture(torch.full((1, 2, 2), 300.0), True).getpixel((0, 0)) == (
        255,
        255,
        255,
    )


def test_steps_are_those_of_the_config():
    cfg = load_recipe('ce/resnet18_images')
    steps = training_steps(cfg)
    assert list(steps)[:3] == [
        'Drawn by',
        'Each image, as it is loaded',
        'Each batch of 128, on the device',
    ]
    assert steps['Each batch of 128, on the device'] == [
        'BatchRandomFlip(prob=0.5)'
    ]
    assert steps['Each image, as it is loaded'][1] == (
        'RandomResizedCrop(scale=64, crop_ratio_range=(0.5, 1.0))'
    )
    two_stages = training_steps(load_recipe('crt/resnet20_digitslt'))
    assert 'These are the images of the second stage; the first is' in (
        two_stages
    )
    mixed = training_steps(load_recipe('manifold_mixup/resnet20_digitslt'))
    assert 'Mixed inside the network (not in the pictures)' in mixed
