import pytest
import torch
import torch.nn.functional as F
from torch import Generator

from mmlt.functional import remix_label_weights
from mmlt.models import BatchMixup, BatchRemix

COUNTS = [100, 30, 3]
LABELS = torch.tensor([0, 1, 2, 0, 1, 2, 0, 0])


def seeded(seed=0):
    return Generator().manual_seed(seed)


def ready(**kwargs):
    remix = BatchRemix(**kwargs)
    remix.set_class_counts(COUNTS)
    return remix


def test_images_and_partners_are_those_of_mixup():
    images = torch.randn(8, 3, 4, 4)
    got, mixed = ready()(images, LABELS, seeded())
    expected, plain = BatchMixup()(images, LABELS, seeded())
    assert torch.equal(got, expected)
    assert torch.equal(mixed.label_a, plain.label_a)
    assert torch.equal(mixed.label_b, plain.label_b)


@pytest.mark.parametrize('settings', [{}, dict(kappa=20.0), dict(tau=0.9)])
@pytest.mark.parametrize('per_image', [False, True])
def test_label_weights_equal_the_function(settings, per_image):
    feats = torch.randn(8, 5)
    remix = ready(per_image=per_image, **settings)
    _, mixed = remix(feats, LABELS, seeded())
    plain = BatchMixup(per_image=per_image)(feats, LABELS, seeded())[1]
    expected = remix_label_weights(
        LABELS, plain.label_b, plain.weight, COUNTS, **settings
    )
    assert torch.equal(mixed.weight, expected)


def test_the_published_averaging_is_one_weight_for_the_batch():
    """Loss = mean(w) L_a + (1 - mean(w)) L_b, as in the published code.

    https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/lib/core/combiner.py#L132-L143
    """
    feats = torch.randn(8, 5, dtype=torch.float64)
    _, exact = ready()(feats, LABELS, seeded())
    _, mixed = ready(label_weights='batch_mean')(feats, LABELS, seeded())
    assert len(exact.weight.unique()) > 1
    assert len(mixed.weight.unique()) == 1
    scores = torch.randn(8, 3, dtype=torch.float64)
    mean = exact.weight.mean().double()
    first = F.cross_entropy(scores, exact.label_a)
    second = F.cross_entropy(scores, exact.label_b)
    torch.testing.assert_close(
        F.cross_entropy(scores, mixed),
        mean * first + (1 - mean) * second,
        rtol=1e-12,
        atol=0,
    )
    per_sample = F.cross_entropy(scores, exact)
    assert abs(per_sample - F.cross_entropy(scores, mixed)) > 1e-3


def test_counts_travel_in_the_checkpoint():
    loaded = BatchRemix()
    loaded.load_state_dict(ready().state_dict())
    assert loaded.class_counts.tolist() == COUNTS


def test_without_counts_it_names_the_hook():
    with pytest.raises(RuntimeError, match='BatchRemix.*LongTailHook'):
        BatchRemix()(torch.randn(8, 5), LABELS, seeded())


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(kappa=0.5), 'kappa'),
        (dict(tau=1.5), 'tau'),
        (dict(alpha=-1), 'alpha'),
        (dict(label_weights='mean'), "'per_sample', 'batch_mean'"),
    ],
)
def test_refuses_settings_out_of_range(kwargs, match):
    with pytest.raises(ValueError, match=match):
        BatchRemix(**kwargs)
