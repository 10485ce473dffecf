import pytest
import torch

from mmlt.functional import lade_regularizer
from mmlt.models import BalancedSoftmaxLoss, LADELoss
from mmlt.structures import MixedLabels
from tests.golden_cases import COUNTS, LABELS, logits


def build(kind=LADELoss, **settings):
    loss = kind(**settings)
    loss.set_class_counts(COUNTS)
    return loss


def test_it_is_the_value_of_the_published_code():
    value = build()(logits(torch.float32), LABELS)
    assert value.item() == pytest.approx(1.3551857, rel=1e-5)


def test_alpha_zero_is_balanced_softmax():
    assert build(alpha=0)(logits(), LABELS) == build(BalancedSoftmaxLoss)(
        logits(), LABELS
    )


def test_every_sample_has_the_regularizer_of_the_batch():
    z = logits()
    each = build(alpha=0.5)(z, LABELS, reduction_override='none')
    plain = build(BalancedSoftmaxLoss, reduction='none')(z, LABELS)
    bound = lade_regularizer(z, LABELS, COUNTS, 0.01)
    torch.testing.assert_close(each - plain, (0.5 * bound).expand(3))


def test_mixed_labels_are_the_weighted_mean_of_the_two_losses():
    second = torch.tensor([1, 3, 0])
    mixed = MixedLabels(LABELS, second, torch.full((3,), 0.7))
    loss, z = build(), logits()
    torch.testing.assert_close(
        loss(z, mixed), 0.7 * loss(z, LABELS) + 0.3 * loss(z, second)
    )


@pytest.mark.parametrize('name', ['alpha', 'strength'])
def test_a_negative_setting_is_refused(name):
    with pytest.raises(ValueError, match=f'`{name}`.*got -1'):
        LADELoss(**{name: -1})
