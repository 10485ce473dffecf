import torch
from mmengine.registry import FUNCTIONS
from mmpretrain.structures import DataSample

from mmlt.datasets import batch_collate


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
