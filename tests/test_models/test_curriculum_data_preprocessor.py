"""Levels per class: handed to the images, moved, kept."""

import pytest
import torch
from torch import Generator

from mmlt.models import BatchDataPreprocessor, CurriculumDataPreprocessor
from mmlt.structures import BatchDataSample, labels_of

IMAGES = torch.randint(
    0, 256, (24, 3, 8, 8), generator=Generator().manual_seed(0)
).to(torch.uint8)
LABELS = torch.arange(24) % 3


def build(**kwargs):
    settings = dict(num_classes=3, mean=[0.0], std=[1.0], highest=4)
    torch.manual_seed(0)
    return CurriculumDataPreprocessor(**{**settings, **kwargs})


def batch():
    return dict(
        inputs=IMAGES.clone(),
        data_samples=[BatchDataSample(gt_label=LABELS.clone())],
    )


def test_classes_of_level_0_stay_as_they_are():
    pixels = build(graded=dict(prob=1.0))
    pixels.suppose(0)
    plain = BatchDataPreprocessor(mean=[0.0], std=[1.0])
    expected = plain(batch(), training=True)['inputs']
    assert torch.equal(pixels(batch(), training=True)['inputs'], expected)
    pixels.levels[1] = 4
    images = pixels(batch(), training=True)['inputs']
    same = (images == expected).flatten(1).all(1)
    assert same[LABELS != 1].all()
    assert same[LABELS == 1].float().mean() < 0.5


def test_nothing_happens_at_test():
    pixels = build()
    images = pixels(batch())['inputs']
    assert torch.equal(images, IMAGES.float())


def test_levels_move_and_say_for_which_epoch():
    pixels = build()
    trials = pixels.trials(0)
    assert trials.tolist() == [[10, 0, 0, 0, 0]] * 3
    correct = trials.clone()
    correct[0, 0] = 6
    pixels.move(correct, trials, 0)
    assert pixels.levels.tolist() == [0, 1, 1]
    # a run that goes on in the middle of epoch 0
    assert pixels.trials(0) is None
    assert pixels.trials(1)[1].tolist() == [10, 20, 0, 0, 0]


def test_levels_are_in_the_state():
    pixels, again = build(), build()
    pixels.move(torch.tensor([[9] + [0] * 4] * 3), pixels.trials(0), 5)
    state = pixels.state_dict()
    assert set(state) == {'levels', 'levels_epoch'}
    again.load_state_dict(state)
    assert again.levels.tolist() == [1, 1, 1]
    assert again.trials(5) is None


def test_a_trial_draws_apart_and_mixes_nothing():
    mixing = dict(type='BatchMixup', alpha=1.0)
    pixels, other = build(mixing=mixing), build(mixing=mixing)
    for each in (pixels, other):
        each.suppose(2)
    first = pixels(batch(), training=True)['inputs']
    levels = torch.full((24,), 3)
    tried = pixels.trial(batch(), levels, Generator().manual_seed(1))
    assert torch.equal(labels_of(tried['data_samples']), LABELS)
    again = pixels.trial(batch(), levels, Generator().manual_seed(1))
    assert torch.equal(tried['inputs'], again['inputs'])
    # the random numbers of the epoch go on as if there had been none
    assert torch.equal(first, other(batch(), training=True)['inputs'])
    torch.testing.assert_close(
        pixels(batch(), training=True)['inputs'],
        other(batch(), training=True)['inputs'],
        rtol=0,
        atol=0,
    )
    assert pixels.mixing is not None


def test_later_augments_see_the_changed_images():
    pixels = build(later_augments=[dict(type='BatchCutout', size=30)])
    pixels.suppose(4)
    assert not pixels(batch(), training=True)['inputs'].any()
    kinds = [type(part).__name__ for part in pixels.augments]
    assert kinds == ['BatchGradedAugment', 'BatchCutout']


def test_what_would_train_without_levels_is_refused():
    pixels = build()
    with pytest.raises(RuntimeError, match='AugmentCurriculumHook'):
        pixels(batch(), training=True)
    pixels.suppose(1)
    single = dict(inputs=list(IMAGES), data_samples=[])
    with pytest.raises(TypeError, match='batch_collate'):
        pixels(single, training=True)


@pytest.mark.parametrize(
    'kwargs',
    [
        dict(highest=-1),
        dict(num_trials=0),
        dict(accept=2.0),
        dict(num_classes=None),
    ],
)
def test_wrong_settings_are_refused(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        build(**kwargs)
