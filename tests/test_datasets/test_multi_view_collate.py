import pytest
import torch
from mmpretrain.structures import DataSample

from mmlt.datasets import batch_collate, multi_view_collate


def items(views, num=4):
    return [
        {
            'inputs': [
                torch.full((3, 4 + v, 4), 10 * i + v, dtype=torch.uint8)
                for v in range(views)
            ],
            'data_samples': DataSample().set_gt_label(i),
        }
        for i in range(num)
    ]


def test_every_view_is_a_batch():
    found = multi_view_collate(items(3))
    assert [tuple(v.shape) for v in found['inputs']] == [
        (4, 3, 4, 4),
        (4, 3, 5, 4),
        (4, 3, 6, 4),
    ]
    for v, view in enumerate(found['inputs']):
        assert view[:, 0, 0, 0].tolist() == [v, 10 + v, 20 + v, 30 + v]
    assert found['data_samples'][0].gt_label.tolist() == [0, 1, 2, 3]


def test_one_view_is_as_before():
    one = [{**item, 'inputs': item['inputs'][0]} for item in items(1)]
    ours, plain = multi_view_collate(one), batch_collate(one)
    assert torch.equal(ours['inputs'], plain['inputs'])
    assert multi_view_collate(plain) is plain


def test_other_numbers_of_views_are_refused():
    with pytest.raises(ValueError, match='got 2 and 3'):
        multi_view_collate(items(3) + items(2))
