"""Crops that grow: their size, and the epoch in worker processes."""

import numpy as np
import pytest
import torch
from mmpretrain.registry import TRANSFORMS
from torch.utils.data import DataLoader, Dataset

from mmlt.datasets import MinimalistCrop
from mmlt.functional import minimalist_crop_share


class Sides(Dataset):
    """Sides of the crops: the image says where each of its pixels was."""

    def __init__(self, crop):
        self.pipeline = type('Pipeline', (), dict(transforms=[crop]))()

    def __len__(self):
        return 16

    def __getitem__(self, index):
        np.random.seed(index)
        image = np.zeros((100, 150, 3), np.uint8)
        image[..., 0] = np.arange(100)[:, None]
        image[..., 1] = np.arange(150)
        (crop,) = self.pipeline.transforms
        found = crop(dict(img=image))['img']
        assert found.shape == (32, 32, 3)
        # from the centers of the outer pixels to the side of the crop
        spans = [np.ptp(found[..., k].astype(float)) * 32 / 31 for k in (0, 1)]
        assert spans[0] == pytest.approx(spans[1], rel=0.1)  # a square
        return float(np.mean(spans))


def build(**settings):
    return TRANSFORMS.build(
        dict(
            type='MinimalistCrop',
            size=32,
            interpolation='bilinear',
            **settings,
        )
    )


def test_crops_are_squares_that_grow():
    crop = build()
    data = Sides(crop)
    for epoch in range(5):
        crop.set_progress(epoch, 5)
        sides = np.array([data[i] for i in range(16)])
        least = min((15000 * minimalist_crop_share(epoch, 5)) ** 0.5, 100)
        assert sides.min() > 0.9 * least - 2
        assert sides.max() < 105
    assert sides.min() > 95  # the last epoch has the largest square


def test_worker_processes_that_stay_know_the_epoch():
    crop = build()
    loader = DataLoader(
        Sides(crop), batch_size=4, num_workers=2, persistent_workers=True
    )
    smallest = []
    for epoch in (0, 4):
        crop.set_progress(epoch, 5)
        sides = torch.cat([batch for batch in loader])
        smallest.append(sides.min().item())
    assert smallest[0] < 60
    assert smallest[1] > 95


def test_without_an_epoch_it_says_what_to_add():
    with pytest.raises(RuntimeError, match='PipelineEpochHook'):
        build()(dict(img=np.zeros((8, 8, 3), np.uint8)))


@pytest.mark.parametrize(
    'settings', [dict(size=0), dict(size=8, smallest=0.0)]
)
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match=r'(size|smallest).*MinimalistCrop'):
        MinimalistCrop(**settings)
