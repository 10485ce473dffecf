"""As many operations as the level of an image."""

import pytest
import torch
from torch import Generator

from mmlt.models import BatchGradedAugment

IMAGES = torch.randint(
    0, 256, (40, 3, 8, 8), generator=Generator().manual_seed(0)
).to(torch.uint8)


def augmented(augment, levels, seed=0, always=False):
    augment.hand(torch.as_tensor(levels), always)
    return augment(IMAGES, Generator().manual_seed(seed))


def changed(images):
    return (images != IMAGES).flatten(1).any(1)


def test_level_0_changes_nothing_and_others_their_own_images():
    levels = torch.arange(40) % 4
    images = augmented(BatchGradedAugment(), levels, always=True)
    assert not changed(images)[levels == 0].any()
    # a few operations leave some image as it is
    assert changed(images)[levels > 0].float().mean() > 0.8
    assert images.dtype == torch.uint8


def test_half_of_the_images_are_changed():
    shares = [
        changed(augmented(BatchGradedAugment(), [10] * 40, seed)).float()
        for seed in range(20)
    ]
    assert 0.4 < torch.cat(shares).mean() < 0.6
    never = augmented(BatchGradedAugment(prob=0.0), [10] * 40)
    assert torch.equal(never, IMAGES)


def test_draws_follow_from_the_generator():
    first, again, other = (
        augmented(BatchGradedAugment(), [5] * 40, seed) for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_levels_must_be_those_of_the_batch():
    augment = BatchGradedAugment()
    with pytest.raises(RuntimeError, match='CurriculumDataPreprocessor'):
        augment(IMAGES, Generator())
    augmented(augment, [1] * 40)
    with pytest.raises(RuntimeError, match='was not told'):
        augment(IMAGES, Generator())  # those before were used up
    augment.hand(torch.tensor([1]))
    with pytest.raises(RuntimeError, match='every image'):
        augment(IMAGES, Generator())


@pytest.mark.parametrize('kwargs', [dict(full_level=0), dict(prob=1.1)])
def test_wrong_settings_are_refused(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        BatchGradedAugment(**kwargs)
