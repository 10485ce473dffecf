import pytest
import torch

from mmlt.models import BatchDataPreprocessor, MultiViewDataPreprocessor
from mmlt.structures import BatchDataSample

NORM = dict(mean=[125.3, 123.0, 113.9], std=[51.6, 50.8, 51.3])
CROP = dict(type='BatchRandomCrop', size=8, padding=2)


def batch(n=16):
    inputs = torch.randint(0, 256, (n, 3, 8, 8), dtype=torch.uint8)
    samples = [BatchDataSample(gt_label=torch.arange(n))]
    return {'inputs': inputs, 'data_samples': samples}


def test_training_has_as_many_views_as_there_are_settings():
    data = batch()
    ours = MultiViewDataPreprocessor([CROP], [[CROP], []], **NORM)
    first, second, third = ours(data, training=True)['inputs']
    one = BatchDataPreprocessor([CROP], **NORM)
    assert torch.equal(first, one(data, training=True)['inputs'])
    assert torch.equal(second, one(data, training=True)['inputs'])
    plain = BatchDataPreprocessor(**NORM)(data)['inputs']
    assert torch.equal(third, plain)
    assert torch.equal(ours(data)['inputs'], plain)


def test_an_epoch_repeats_its_views_from_where_it_was():
    data = batch()
    ours = MultiViewDataPreprocessor([CROP], [[CROP], [CROP]], **NORM)
    ours.set_progress(3, 10)
    ours(data, training=True)
    state = ours.random_state()
    expected = ours(data, training=True)['inputs']
    again = MultiViewDataPreprocessor([CROP], [[CROP], [CROP]], **NORM)
    again.set_progress(3, 10)
    again.set_random_state(state)
    for a, b in zip(
        expected, again(data, training=True)['inputs'], strict=True
    ):
        assert torch.equal(a, b)


def test_views_of_a_pipeline_are_augmented_each_its_own_way():
    data = batch()
    views = [data['inputs'], 255 - data['inputs'], data['inputs'] // 2]
    ours = MultiViewDataPreprocessor(other_augments=[[], []], **NORM)
    found = ours({**data, 'inputs': views}, training=True)['inputs']
    plain = BatchDataPreprocessor(**NORM)
    for view, images in zip(found, views, strict=True):
        expected = plain({**data, 'inputs': images})['inputs']
        assert torch.equal(view, expected)
    with pytest.raises(TypeError, match='Expected 3 views.*brings 2'):
        ours({**data, 'inputs': views[:2]}, training=True)


@pytest.mark.parametrize(
    'kwargs',
    [
        dict(other_augments=[]),
        dict(mixing=dict(type='BatchMixup', alpha=1.0)),
        dict(
            batch_augments=dict(augments=dict(type='Mixup', alpha=1.0)),
            num_classes=4,
        ),
    ],
)
def test_one_view_and_mixed_images_are_refused(kwargs):
    with pytest.raises(ValueError, match='Expected further views'):
        MultiViewDataPreprocessor(**{**NORM, **kwargs})
