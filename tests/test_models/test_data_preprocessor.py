import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import ClsDataPreprocessor

from mmlt.functional.augment import gray_batch, normalize_batch
from mmlt.models import BatchDataPreprocessor
from mmlt.structures import BatchDataSample, labels_of, unpack_batch

NORM = dict(mean=[125.3, 123.0, 113.9], std=[51.6, 50.8, 51.3])
AUGMENTS = [
    dict(type='BatchRandomCrop', size=8, padding=2),
    dict(type='BatchRandomFlip', prob=0.5),
]


def batch(n=16):
    inputs = torch.randint(0, 256, (n, 3, 8, 8), dtype=torch.uint8)
    return {
        'inputs': inputs,
        'data_samples': [BatchDataSample(gt_label=torch.arange(n))],
    }


def listed(data):
    return {
        'inputs': list(data['inputs']),
        'data_samples': unpack_batch(data['data_samples'][0]),
    }


@pytest.mark.parametrize('to_rgb', [True, False])
def test_testing_gives_the_parents_numbers(to_rgb):
    data = batch()
    ours = BatchDataPreprocessor(augments=AUGMENTS, to_rgb=to_rgb, **NORM)
    parent = ClsDataPreprocessor(to_rgb=to_rgb, **NORM)
    out = ours(data)
    assert torch.equal(out['inputs'], parent(listed(data))['inputs'])
    assert out['data_samples'][0].gt_label.tolist() == list(range(16))


def test_training_normalizes_what_the_augmentations_make():
    data = batch()
    ours = BatchDataPreprocessor(augments=AUGMENTS, **NORM)
    out = ours(data, training=True)['inputs']
    again = BatchDataPreprocessor(augments=AUGMENTS, **NORM)
    pixels = data['inputs']
    for augment in again.augments:
        pixels = augment(pixels, again.generator)
    expected = ClsDataPreprocessor(**NORM)(
        {'inputs': pixels, 'data_samples': None}
    )['inputs']
    assert torch.equal(out, expected)
    assert not torch.equal(out, ours(data)['inputs'])


def test_convention_augmentations_see_rgb_where_the_images_are_bgr():
    jitter = dict(type='BatchColorJitter', saturation=(0, 0))  # luma alone
    ours = BatchDataPreprocessor(augments=[jitter], to_rgb=True, **NORM)
    data = batch()
    out = ours(dict(data), training=True)['inputs']
    luma = gray_batch(data['inputs'].flip(1)).expand(-1, 3, -1, -1)
    assert torch.equal(out, normalize_batch(luma, ours.mean, ours.std))


def test_convention_padding_is_black_before_normalization():
    crop = dict(type='BatchRandomCrop', size=12, padding=2)
    ours = BatchDataPreprocessor(augments=[crop], **NORM)
    out = ours(batch(), training=True)['inputs']
    black = -torch.tensor(NORM['mean']) / torch.tensor(NORM['std'])
    torch.testing.assert_close(out[:, :, 0, 0], black.expand(16, 3))


def test_an_epoch_repeats_its_random_numbers_and_the_next_differs():
    data = batch()
    ours = BatchDataPreprocessor(augments=AUGMENTS, **NORM)
    seen = []
    for epoch in (0, 1, 0):
        ours.set_progress(epoch, 2)
        seen.append(ours(data, training=True)['inputs'])
    assert torch.equal(seen[0], seen[2])
    assert not torch.equal(seen[0], seen[1])


def test_the_seed_of_the_run_changes_them():
    data = batch()
    seen = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        ours = BatchDataPreprocessor(augments=AUGMENTS, **NORM)
        seen.append(ours(data, training=True)['inputs'])
    assert not torch.equal(*seen)


@pytest.mark.parametrize('channels_last', [True, False])
def test_memory_layout_of_the_network_input(channels_last):
    ours = BatchDataPreprocessor(channels_last=channels_last, **NORM)
    out = ours(batch(), training=True)['inputs']
    layout = torch.channels_last
    assert out.is_contiguous(memory_format=layout) or not channels_last
    assert out.dtype == torch.float32


def test_lists_of_images_go_the_parents_way():
    data = batch()
    ours = BatchDataPreprocessor(augments=AUGMENTS, **NORM)
    out = ours(listed(data), training=True)
    expected = ClsDataPreprocessor(**NORM)(listed(data), training=True)
    assert torch.equal(out['inputs'], expected['inputs'])
    assert len(out['data_samples']) == 16


AUGMENTATIONS = {
    'Mixup': dict(type='Mixup', alpha=0.8),
    'CutMix': dict(type='CutMix', alpha=1.0),
    'ResizeMix': dict(type='ResizeMix', alpha=1.0),
}


def softened(name, **kwargs):
    augments = dict(augments=[AUGMENTATIONS[name]])
    return BatchDataPreprocessor(
        batch_augments=augments, num_classes=16, **NORM, **kwargs
    )


@pytest.mark.parametrize('name', AUGMENTATIONS)
def test_whole_batches_are_mixed_as_lists_of_images(name):
    """The same images and soft labels, for both kinds of batches."""
    data = batch()
    ours, theirs = softened(name), softened(name)
    mixed = 0
    for _ in range(3):  # a box of CutMix may be empty
        whole = ours(dict(data), training=True)
        single = theirs(listed(data), training=True)
        torch.testing.assert_close(whole['inputs'], single['inputs'])
        labels = labels_of(whole['data_samples'])
        assert labels.shape == (16, 16)
        assert torch.equal(labels, labels_of(single['data_samples']))
        torch.testing.assert_close(labels.sum(1), torch.ones(16))
        mixed += (labels.max(1).values < 1).sum()
    assert mixed > 0


def test_what_is_mixed_follows_from_seed_and_epoch_alone():
    torch.manual_seed(5)
    data, seen = batch(), []
    for epoch in (0, 1, 0):
        ours = softened('CutMix')
        ours.set_progress(epoch, 2)
        states = torch.get_rng_state(), np.random.get_state()[1].copy()
        seen.append(ours(dict(data), training=True)['inputs'])
        # nobody else is disturbed, and the next draw is another
        assert torch.initial_seed() == 5
        assert torch.equal(states[0], torch.get_rng_state())
        assert (states[1] == np.random.get_state()[1]).all()
        torch.rand(1)
        np.random.rand()
    assert torch.equal(seen[0], seen[2])
    assert not torch.equal(seen[0], seen[1])


def test_an_evaluation_has_the_labels_of_single_classes():
    data = batch()
    out = softened('Mixup')(dict(data), training=False)
    assert torch.equal(
        labels_of(out['data_samples']), labels_of(data['data_samples'])
    )


def test_one_hot_labels_of_whole_batches():
    ours = BatchDataPreprocessor(to_onehot=True, num_classes=16, **NORM)
    data = batch()
    labels = labels_of(ours(dict(data), training=True)['data_samples'])
    expected = F.one_hot(labels_of(data['data_samples']), 16).float()
    assert torch.equal(labels, expected)


def test_soft_labels_need_the_number_of_classes():
    with pytest.raises(ValueError, match='num_classes.*but got None'):
        BatchDataPreprocessor(to_onehot=True, **NORM)


def test_a_hook_may_switch_the_augmentation_on_and_off():
    """As mmpretrain's SwitchRecipeHook does."""
    ours = BatchDataPreprocessor(num_classes=16, **NORM)
    for make in (lambda data: dict(data), listed):
        ours.batch_augments = softened('CutMix').batch_augments
        out = ours(make(batch()), training=True)
        assert labels_of(out['data_samples']).shape == (16, 16)
        ours.batch_augments = None
        out = ours(make(batch()), training=True)
        assert labels_of(out['data_samples']).shape == (16,)


MIXINGS = [
    dict(type='BatchMixup', alpha=1.0),
    dict(type='BatchRemix', alpha=1.0),
]


def mixer(mixing, **kwargs):
    kwargs = {**NORM, 'augments': AUGMENTS, **kwargs}
    out = BatchDataPreprocessor(mixing=mixing, **kwargs)
    if hasattr(out.mixing, 'set_class_counts'):
        out.mixing.set_class_counts(range(16, 0, -1))
    return out


@pytest.mark.parametrize('mixing', MIXINGS)
def test_training_mixes_what_it_has_normalized(mixing):
    data = batch()
    out = mixer(mixing)(data, training=True)
    plain = mixer(None)
    inputs = plain(data, training=True)['inputs']
    expected, labels = mixer(mixing).mixing(
        inputs, torch.arange(16), plain.generator
    )
    assert torch.equal(out['inputs'], expected)
    (sample,) = out['data_samples']
    assert isinstance(sample, BatchDataSample)
    assert torch.equal(sample.gt_label.label_b, labels.label_b)
    assert torch.equal(sample.gt_label.weight, labels.weight)
    assert out['inputs'].is_contiguous(memory_format=torch.channels_last)


def test_images_of_the_classic_pipeline_are_mixed_too():
    data = batch()
    ours = mixer(MIXINGS[0])
    out = ours(listed(data), training=True)
    again = mixer(MIXINGS[0])
    inputs = ClsDataPreprocessor(**NORM)(listed(data))['inputs']
    expected, labels = again.mixing(inputs, torch.arange(16), again.generator)
    assert torch.equal(out['inputs'], expected)
    assert torch.equal(out['data_samples'][0].gt_label.label_b, labels.label_b)


@pytest.mark.parametrize('form', [batch, lambda: listed(batch())])
def test_testing_is_not_mixed(form):
    torch.manual_seed(0)
    data = form()
    plain = ClsDataPreprocessor(**NORM)
    expected = plain({'inputs': list(data['inputs'])})['inputs']
    out = mixer(MIXINGS[0])(data)
    assert torch.equal(out['inputs'], expected)
    labels = torch.cat([s.gt_label for s in out['data_samples']])
    assert labels.tolist() == list(range(16))


def test_a_resumed_epoch_mixes_as_before():
    data, seen = batch(), []
    for epoch in (0, 1):
        ours = mixer(MIXINGS[0])
        for _ in range(1 - epoch):  # epoch 0 first, or straight to epoch 1
            ours(data, training=True)
        ours.set_progress(1, 2)
        seen.append(ours(data, training=True))
    assert torch.equal(seen[0]['inputs'], seen[1]['inputs'])
    weights = [s['data_samples'][0].gt_label.weight for s in seen]
    assert torch.equal(*weights)


def test_mixing_does_not_change_the_other_random_numbers():
    """Crops and flips come first, so a batch has the same with and without."""
    data = batch()
    seen = []
    for mixing in (None, MIXINGS[0]):
        ours = mixer(mixing)
        inputs = data['inputs']
        for augment in ours.augments:
            inputs = augment(inputs, ours.generator)
        seen.append(inputs)
    assert torch.equal(*seen)


def test_the_hook_finds_the_mixing_inside_a_model():
    model = torch.nn.Module()
    model.data_preprocessor = BatchDataPreprocessor(mixing=MIXINGS[1])
    found = [m for m in model.modules() if hasattr(m, 'set_class_counts')]
    assert found == [model.data_preprocessor.mixing]


def test_refuses_two_kinds_of_mixing():
    augments = dict(augments=dict(type='Mixup', alpha=1.0))
    with pytest.raises(ValueError, match='labels are mixed once'):
        mixer(MIXINGS[0], batch_augments=augments, num_classes=16)


def test_soft_labels_of_the_classic_pipeline_are_the_parents():
    augments = dict(augments=dict(type='Mixup', alpha=1.0))
    ours = BatchDataPreprocessor(
        batch_augments=augments, num_classes=16, **NORM
    )
    out = ours(listed(batch()), training=True)
    scores = torch.stack([s.gt_score for s in out['data_samples']])
    assert scores.shape == (16, 16)
    torch.testing.assert_close(scores.sum(1), torch.ones(16))


def of_channels(channels, dtype=torch.uint8):
    data = batch(4)
    data['inputs'] = data['inputs'][:, :1].repeat(1, channels, 1, 1).to(dtype)
    return data


@pytest.mark.parametrize(
    ('channels', 'settings'),
    [
        (1, NORM),
        (1, dict(NORM, to_rgb=True)),
        (3, dict(mean=[127.0], std=[60.0])),
        (1, dict(mean=[127.0], std=[60.0])),
        (4, dict(mean=[127.0], std=[60.0])),
        (4, dict(mean=[1.0, 2, 3, 4], std=[5.0, 6, 7, 8])),
        (1, {}),
    ],
)
def test_channels_are_those_of_mmpretrain(channels, settings):
    data = of_channels(channels)
    theirs = ClsDataPreprocessor(**settings)(listed(data))['inputs']
    ours = BatchDataPreprocessor(**settings)(data)['inputs']
    assert torch.equal(ours, theirs)


@pytest.mark.parametrize('make', [lambda d: d, listed], ids=['batch', 'list'])
@pytest.mark.parametrize(
    ('data', 'said'),
    [
        (of_channels(4), '3 channels, .* but got 4. Load them'),
        (of_channels(2), 'but got 2'),
        (of_channels(3, torch.uint16), 'of 8 bits .* got uint16'),
        (of_channels(3, torch.int32), 'got int32'),
    ],
)
def test_images_that_cannot_be_normalized_are_refused(make, data, said):
    with pytest.raises(ValueError, match=said):
        BatchDataPreprocessor(**NORM)(make(data))


def test_scaled_images_pass():
    BatchDataPreprocessor(**NORM)(of_channels(3, torch.float32))
