import pytest
import torch
from torchvision.transforms import AutoAugment, AutoAugmentPolicy

from mmlt.models import BatchAutoAugment


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def images():
    return torch.randint(0, 256, (12, 3, 16, 16), dtype=torch.uint8)


def test_each_image_goes_through_torchvisions_policy():
    batch = images()
    out = BatchAutoAugment('cifar10')(batch, generator())
    seed = int(torch.randint(2**62, (1,), generator=generator()))
    policy = AutoAugment(AutoAugmentPolicy.CIFAR10, fill=[128] * 3)
    torch.manual_seed(seed)
    assert torch.equal(out, torch.stack([policy(image) for image in batch]))


def test_random_numbers_are_those_of_the_generator_alone():
    batch, augment = images(), BatchAutoAugment()
    torch.manual_seed(1)
    a = augment(batch, generator())
    state = torch.get_rng_state()
    torch.manual_seed(2)
    b = augment(batch, generator())
    torch.manual_seed(1)
    assert torch.equal(a, b)
    assert torch.equal(torch.get_rng_state(), state)  # not drawn from
    assert torch.initial_seed() == 1
    assert not torch.equal(augment(batch, generator(1)), a)


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="'cifar10', 'imagenet', 'svhn'"):
        BatchAutoAugment('cifar100')
