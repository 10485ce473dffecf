import pytest
import torch
from scipy.stats import chisquare, kstest

from mmlt.models import BatchColorJitter
from mmlt.models.batch_augments import color

DRAWS = 10_000


def drawn(monkeypatch, jitter):
    """Factors and orders of 10,000 images."""
    seen = {}

    def record(images, factors, order):
        seen.update(factors=factors, order=order)
        return images

    monkeypatch.setattr(color, 'jitter_batch', record)
    images = torch.zeros(DRAWS, 3, 1, 1, dtype=torch.uint8)
    jitter(images, torch.Generator().manual_seed(0))
    return seen['factors'], seen['order']


def test_factors_are_uniform_in_the_parents_ranges(monkeypatch):
    jitter = BatchColorJitter(0.4, (0.5, 0.8), 2.0)
    factors, _ = drawn(monkeypatch, jitter)
    for column, (low, high) in zip(
        factors.T, ((0.6, 1.4), (0.5, 0.8), (0.0, 3.0)), strict=True
    ):
        uniform = (column.numpy() - low) / (high - low)
        assert kstest(uniform, 'uniform').pvalue > 1e-3


def test_the_six_orders_are_equally_likely(monkeypatch):
    _, order = drawn(monkeypatch, BatchColorJitter(0.4, 0.4, 0.4))
    assert (order.sort(dim=1).values == torch.arange(3)).all()
    _, count = order.unique(dim=0, return_counts=True)
    assert len(count) == 6
    assert chisquare(count).pvalue > 1e-3


def test_without_ranges_images_stay_as_they_are():
    images = torch.randint(0, 256, (20, 3, 8, 8)).byte()
    out = BatchColorJitter()(images, torch.Generator())
    assert torch.equal(out, images)


def test_images_differ_and_the_seed_repeats_them():
    images = torch.randint(0, 256, (1, 3, 8, 8)).byte().expand(20, -1, -1, -1)
    jitter = BatchColorJitter(0.4, 0.4, 0.4)
    a, b = (jitter(images, torch.Generator().manual_seed(3)) for _ in '12')
    assert torch.equal(a, b)
    assert len(a.unique(dim=0)) == 20


@pytest.mark.parametrize('bad', [-0.1, (0.8, 0.5), (-1, 1)])
def test_refuses_what_is_no_range(bad):
    with pytest.raises(ValueError, match='contrast'):
        BatchColorJitter(contrast=bad)
