"""The operations of CUDA: names, ranges, order."""

import pytest
import torch

from mmlt.functional.augment_operations import (
    GRADED_OPERATIONS,
    graded_operations,
)
from tests.pillow_images import pictures

# sumyeongahn/CUDA_LTR@f4c8d35, cifar/aug/cuda.py, lines 118 to 143
RANGES = [(0, 1)] * 8 + [
    (0, 2),
    (1, 1.5),
    (0, 30),
    (0, 4),
    (0, 256),
    (0, 110),
    (0.1, 1.9),
    (0.1, 1.9),
    (0.1, 1.9),
    (0.1, 1.9),
    (0, 0.3),
    (0, 0.3),
    (0, 100),
    (0, 100),
]
NAMES = [operation.name for operation in GRADED_OPERATIONS]


def run(images, rows, strength=1 / 3, negative=False):
    chosen = torch.tensor([[NAMES.index(n) for n in row] for row in rows])
    return graded_operations(
        images,
        chosen,
        torch.full((len(images),), strength),
        torch.full(chosen.shape, negative),
    )


def test_ranges_are_the_published_ones():
    assert [(o.low, o.high) for o in GRADED_OPERATIONS] == RANGES
    signed = [o.name for o in GRADED_OPERATIONS if o.signed]
    assert signed == ['rotate', 'shear_x', 'shear_y', 'shift_x', 'shift_y']


@pytest.mark.parametrize('operation', GRADED_OPERATIONS, ids=NAMES)
def test_an_operation_gets_its_value(operation):
    images = pictures()
    span = operation.high - operation.low
    value = torch.full((4,), 1 / 3) * span + operation.low
    expected = operation.apply(images, value)
    ours = run(images, [[operation.name]] * 4)
    assert torch.equal(ours, expected)
    assert not torch.equal(ours, images)
    assert ours.dtype == torch.uint8
    if operation.signed:
        other = operation.apply(images, -value)
        assert torch.equal(
            run(images, [[operation.name]] * 4, 1 / 3, True), other
        )


def test_operations_follow_one_another():
    images = pictures()
    both = run(images, [['brightness', 'invert']] * 4)
    first = run(images, [['brightness']] * 4)
    assert torch.equal(both, 255 - first)
    turned = run(images, [['invert', 'brightness']] * 4)
    assert not torch.equal(both, turned)


def test_every_image_has_its_own_operations():
    images = pictures()
    names = [['flip'], ['invert'], ['mirror'], ['shift_x']]
    together = run(images, names)
    for k in range(4):
        alone = run(images[k : k + 1], names[k : k + 1])
        assert torch.equal(together[k], alone[0])


def test_minus_one_is_no_operation_and_the_input_stays():
    images = pictures()
    kept = images.clone()
    none = torch.full((4, 3), -1)
    strengths, signs = torch.ones(4), torch.zeros(4, 3, dtype=torch.bool)
    assert torch.equal(graded_operations(images, none, strengths, signs), kept)
    run(images, [['invert']] * 4)
    assert torch.equal(images, kept)


def test_images_of_floats_are_refused():
    with pytest.raises(TypeError, match='uint8'):
        run(pictures().float(), [['invert']] * 4)
