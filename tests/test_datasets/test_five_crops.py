import numpy as np
import pytest
import torch
from mmpretrain.registry import TRANSFORMS
from torchvision.transforms.functional import five_crop


def test_the_crops_of_torchvision_one_below_the_other():
    image = np.random.randint(0, 256, (20, 30, 3), np.uint8)
    step = TRANSFORMS.build(dict(type='FiveCrops', size=16))
    found = step(dict(img=image))
    assert found['img_shape'] == (80, 16)
    theirs = five_crop(torch.from_numpy(image).permute(2, 0, 1), [16, 16])
    ours = torch.from_numpy(found['img']).permute(2, 0, 1).split(16, dim=1)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one, other)


def test_a_small_image_is_refused():
    step = TRANSFORMS.build(dict(type='FiveCrops', size=16))
    with pytest.raises(ValueError, match='at least 16 x 16'):
        step(dict(img=np.zeros((20, 15, 3), np.uint8)))
