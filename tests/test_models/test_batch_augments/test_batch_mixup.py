import pytest
import torch
from mmpretrain.registry import MODELS
from torch import Generator

from mmlt.functional import beta_weights, mix_batch
from mmlt.models import BatchMixup
from mmlt.structures import MixedLabels

LABELS = torch.arange(8) % 3


def seeded(seed=0):
    return Generator().manual_seed(seed)


def numbers_of(num, drawn, alpha=1.0):
    """The partners and weights that a draw gives."""
    generator = seeded()
    index = torch.randperm(num, generator=generator)
    return index, beta_weights(alpha, drawn, generator).expand(num)


@pytest.mark.parametrize('alpha', [1.0, 0.2])
@pytest.mark.parametrize('per_image', [False, True])
def test_mixup_equals_the_function(alpha, per_image):
    images = torch.randn(8, 3, 4, 4)
    mixup = BatchMixup(alpha, per_image=per_image)
    got, mixed = mixup(images, LABELS, seeded())
    index, weight = numbers_of(8, 8 if per_image else 1, alpha)
    assert torch.equal(got, mix_batch(images, index, weight.float()))
    assert torch.equal(mixed.label_a, LABELS)
    assert torch.equal(mixed.label_b, LABELS[index])
    assert torch.equal(mixed.weight, weight.float())
    assert len(weight.unique()) == (8 if per_image else 1)
    assert mixed.weight.shape == (8,)


def test_all_parts_of_a_tuple_are_mixed_alike():
    feats = torch.randn(8, 2, 3, 3), torch.randn(8, 5)
    got, _ = BatchMixup()(feats, LABELS, seeded())
    assert isinstance(got, tuple)
    for part, mixed in zip(feats, got, strict=True):
        alone, _ = BatchMixup()(part, LABELS, seeded())
        assert torch.equal(alone, mixed)


def test_the_mean_over_the_batch_is_kept():
    """Partners are a permutation: every sample gives weight and rest."""
    feats = torch.randn(8, 5, dtype=torch.float64)
    got, mixed = BatchMixup()(feats, LABELS, seeded())
    torch.testing.assert_close(got.mean(0), feats.mean(0))
    one_hot = torch.eye(3)
    kept = mixed.average(lambda label: one_hot[label, 1]).sum()
    torch.testing.assert_close(kept, one_hot[LABELS, 1].sum())


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_features_keep_their_dtype(dtype):
    feats = torch.randn(8, 5).to(dtype)
    got, mixed = BatchMixup()(feats, LABELS, seeded())
    assert got.dtype == dtype
    assert mixed.weight.dtype == torch.float32


@pytest.mark.gpu
def test_it_runs_on_the_device_of_the_generator():
    feats = torch.randn(8, 5).cuda()
    generator = Generator('cuda').manual_seed(0)
    got, mixed = BatchMixup()(feats, LABELS.cuda(), generator)
    assert got.is_cuda
    assert mixed.weight.is_cuda


@pytest.mark.parametrize(
    ('labels', 'match'),
    [
        (torch.rand(8, 3), r'shape \(8, 3\)'),
        (torch.arange(4), r'shape \(4,\)'),
        (MixedLabels(LABELS, LABELS, torch.rand(8)), 'MixedLabels'),
    ],
)
def test_refuses_labels_that_are_not_one_each(labels, match):
    with pytest.raises(TypeError, match=f'{match}. Mix once'):
        BatchMixup()(torch.randn(8, 5), labels, seeded())


def test_refuses_an_alpha_out_of_range():
    with pytest.raises(ValueError, match='alpha'):
        BatchMixup(alpha=0)


def test_it_is_registered_beside_the_parents_mixup():
    from mmpretrain.registry import BATCH_AUGMENTS

    assert MODELS.get('BatchMixup') is BatchMixup
    assert BATCH_AUGMENTS.get('BatchMixup') is None
    assert BATCH_AUGMENTS.get('Mixup') is not None
