import pytest
import torch
from scipy.stats import kstest

from mmlt.functional.augment_geometry import rotate_batch
from mmlt.models import BatchRandomRotation


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_angles_are_uniform(monkeypatch):
    seen = []
    monkeypatch.setattr(
        'mmlt.models.batch_augments.rotation.rotate_batch',
        lambda images, angles: seen.append(angles),
    )
    BatchRandomRotation(15)(torch.zeros(5000, 1, 1, 1), generator())
    assert kstest(seen[0].numpy(), 'uniform', (-15, 30)).pvalue > 1e-3


def test_it_rotates_each_image_by_its_own_angle():
    images = torch.randint(0, 256, (1, 3, 16, 16)).byte().expand(8, -1, -1, -1)
    a, b = (BatchRandomRotation(90)(images, generator()) for _ in range(2))
    assert torch.equal(a, b)
    assert len(a.unique(dim=0)) > 4
    angles = (2 * torch.rand(8, generator=generator()) - 1) * 90
    assert torch.equal(a, rotate_batch(images, angles))


def test_no_degrees_is_no_rotation():
    images = torch.rand(4, 3, 8, 8)
    assert torch.equal(BatchRandomRotation(0)(images, generator()), images)


def test_degrees_out_of_range():
    with pytest.raises(ValueError, match='`degrees` to be a number in'):
        BatchRandomRotation(-1)
