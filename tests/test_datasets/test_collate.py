import numpy as np
import pytest
import torch
from mmengine.dataset import RepeatDataset
from mmengine.registry import FUNCTIONS
from mmpretrain.structures import DataSample

from mmlt.datasets import DigitsLT, batch_collate


def image(label):
    return dict(
        inputs=torch.full((3, 2, 2), label, dtype=torch.uint8),
        data_samples=DataSample().set_gt_label(label),
    )


def test_images_become_one_tensor_and_one_sample():
    batch = batch_collate([image(4), image(0), image(11)])
    assert batch['inputs'].shape == (3, 3, 2, 2)
    assert batch['inputs'].dtype == torch.uint8
    assert batch['inputs'][:, 0, 0, 0].tolist() == [4, 0, 11]
    (sample,) = batch['data_samples']
    assert sample.gt_label.tolist() == [4, 0, 11]


def test_what_is_a_batch_already_is_left_alone():
    batch = dict(inputs=torch.zeros(2, 3, 2, 2), data_samples=[])
    assert batch_collate(batch) is batch


def test_a_config_finds_it_also_from_another_scope():
    collate = FUNCTIONS.get('batch_collate')
    assert collate is batch_collate
    assert len(collate([image(1)], _scope_='mmlt')['inputs']) == 1


def test_images_through_a_wrapper_make_the_same_batch():
    dataset = DigitsLT(split='train', imbalance_ratio=10, pipeline=[])
    whole = batch_collate(dataset.__getitems__([5, 0, 7]))
    wrapped = RepeatDataset(dataset, times=2)
    by_image = batch_collate([wrapped[i] for i in (5, 0, 7 + len(dataset))])
    assert torch.equal(whole['inputs'], by_image['inputs'])
    assert torch.equal(
        whole['data_samples'][0].gt_label,
        by_image['data_samples'][0].gt_label,
    )


@pytest.mark.parametrize(
    ('items', 'said'),
    [
        (
            [{'inputs': torch.zeros(3, 2, 2), 'data_samples': DataSample()}],
            'images with labels',
        ),
        ([{'img_path': 'a.jpg', 'gt_label': 0}], 'End its pipeline with Pack'),
        (
            [
                {'img': np.zeros((2, 2, 3), np.uint8), 'gt_label': 0},
                {'img': np.zeros((4, 2, 3), np.uint8), 'gt_label': 0},
            ],
            r'one size, but got \(3, 2, 2\) and \(3, 4, 2\)',
        ),
    ],
)
def test_what_makes_no_batch_is_named(items, said):
    with pytest.raises(ValueError, match=said):
        batch_collate(items)
