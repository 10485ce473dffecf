import pytest
import torch

from mmlt.functional.augment_views import hue_batch
from mmlt.models import (
    BatchRandomColorJitter,
    BatchRandomGray,
    BatchRandomResizedCrop,
)


def images(num=400, size=8):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(
        0, 256, (num, 3, size, size), dtype=torch.uint8, generator=generator
    )


def seeded(seed=3):
    return torch.Generator().manual_seed(seed)


AUGMENTS = [
    BatchRandomResizedCrop(6),
    BatchRandomColorJitter(),
    BatchRandomGray(0.5),
]


@pytest.mark.parametrize('augment', AUGMENTS, ids=lambda a: type(a).__name__)
def test_equal_generators_give_equal_images(augment):
    x = images(20)
    before = x.clone()
    first = augment(x, seeded())
    assert torch.equal(first, augment(x, seeded()))
    assert not torch.equal(first, augment(x, seeded(4)))
    assert torch.equal(x, before)
    assert first.dtype == torch.uint8


def test_crops_have_the_size():
    found = BatchRandomResizedCrop(5, scale=(1, 1), ratio=(1, 1))(
        images(3, 5), seeded()
    )
    assert torch.equal(found, images(3, 5))
    assert BatchRandomResizedCrop(12)(images(3), seeded()).shape[2:] == (
        12,
        12,
    )


def test_the_share_of_gray_images():
    x = images()
    found = BatchRandomGray(0.2)(x, seeded())
    gray = (found[:, 0] == found[:, 1]).all((1, 2))
    assert 0.13 < gray.float().mean() < 0.27
    assert torch.equal(found[~gray], x[~gray])


def test_the_share_of_changed_images():
    x = images()
    found = BatchRandomColorJitter(prob=0.8)(x, seeded())
    same = (found == x).all(3).all(2).all(1)
    assert 0.13 < same.float().mean() < 0.27
    for prob, share in ((0, 1), (1, 0)):
        found = BatchRandomColorJitter(prob=prob)(x, seeded())
        assert (found == x).all(3).all(2).all(1).float().mean() == share


def test_a_hue_alone_is_the_function():
    x = images(50)
    found = BatchRandomColorJitter(0, 0, 0, hue=0.25, prob=1)(x, seeded())
    shifts = -0.25 + 0.5 * torch.rand(50, 4, generator=seeded())[:, 3]
    assert torch.equal(found, hue_batch(x, shifts))


@pytest.mark.parametrize(
    ('kind', 'kwargs', 'said'),
    [
        (BatchRandomResizedCrop, dict(size=0), 'size'),
        (BatchRandomResizedCrop, dict(size=8, scale=(0, 1)), 'scale'),
        (BatchRandomResizedCrop, dict(size=8, scale=(0.5, 1.1)), 'scale'),
        (BatchRandomResizedCrop, dict(size=8, ratio=(2, 1)), 'ratio'),
        (BatchRandomColorJitter, dict(hue=0.6), 'hue'),
        (BatchRandomColorJitter, dict(prob=1.2), 'prob'),
        (BatchRandomColorJitter, dict(brightness=-1), 'brightness'),
        (BatchRandomGray, dict(prob=-0.1), 'prob'),
    ],
)
def test_wrong_settings_are_refused(kind, kwargs, said):
    with pytest.raises(ValueError, match=said):
        kind(**kwargs)
