import pytest
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import rotate

from mmlt.functional.augment_geometry import cutout_batch, rotate_batch


@pytest.mark.parametrize('size', [(8, 8), (32, 32), (9, 14), (224, 160)])
def test_rotation_is_torchvisions_pixel_for_pixel(size):
    num = 4 if max(size) > 100 else 40
    images = torch.randint(1, 256, (num, 3, *size), dtype=torch.uint8)
    angles = torch.rand(num) * 360 - 180
    angles[0] = 0
    out = rotate_batch(images, angles)
    assert out.dtype == torch.uint8
    for image, angle, ours in zip(images, angles.tolist(), out, strict=True):
        theirs = rotate(image, angle, InterpolationMode.NEAREST)
        assert torch.equal(ours, theirs)


def test_convention_rotation_is_counter_clockwise_and_fills_with_black():
    images = torch.arange(1, 10).view(1, 1, 3, 3)
    out = rotate_batch(images, torch.tensor([90.0]))
    assert out[0, 0].tolist() == [[3, 6, 9], [2, 5, 8], [1, 4, 7]]
    corners = rotate_batch(torch.ones(1, 1, 8, 8), torch.tensor([45.0]))
    assert corners[0, 0, 0, 0] == 0
    assert corners[0, 0, 4, 4] == 1


def test_cutout_is_a_loop_over_the_pixels():
    images = torch.randint(1, 256, (30, 3, 7, 9), dtype=torch.uint8)
    top, left = torch.randint(-4, 7, (30,)), torch.randint(-4, 9, (30,))
    expected = images.clone()
    for i in range(30):
        for row in range(int(top[i]), int(top[i]) + 4):
            for column in range(int(left[i]), int(left[i]) + 4):
                if 0 <= row < 7 and 0 <= column < 9:
                    expected[i, :, row, column] = 0
    assert torch.equal(cutout_batch(images, top, left, 4), expected)


def test_an_empty_square_and_one_outside_change_nothing():
    images = torch.rand(2, 3, 4, 4)
    zero = torch.zeros(2, dtype=torch.long)
    assert torch.equal(cutout_batch(images, zero, zero, 0), images)
    assert torch.equal(cutout_batch(images, zero - 9, zero, 5), images)
