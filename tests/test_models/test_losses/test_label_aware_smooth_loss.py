import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LabelSmoothLoss

from mmlt.functional import label_aware_smoothing, smoothed_cross_entropy
from mmlt.models import LabelAwareSmoothLoss

COUNTS = [90, 40, 5]


def case(**settings):
    loss = LabelAwareSmoothLoss(**settings)
    loss.set_class_counts(COUNTS)
    z = torch.randn(5, 3, dtype=torch.float64)
    return loss, z, torch.tensor([0, 1, 2, 2, 0])


@pytest.mark.parametrize('shape', ['concave', 'linear', 'convex'])
def test_it_is_the_mean_of_the_function(shape):
    loss, z, y = case(shape=shape)
    smoothing = label_aware_smoothing(COUNTS, 0.4, 0.1, shape)
    expected = smoothed_cross_entropy(z, y, smoothing).mean()
    torch.testing.assert_close(loss(z, y), expected, rtol=1e-12, atol=0)


def test_alike_at_head_and_tail_it_is_the_label_smoothing_of_the_parent():
    loss, z, y = case(head_smoothing=0.1, tail_smoothing=0.1)
    parent = LabelSmoothLoss(0.1, num_classes=3)
    torch.testing.assert_close(loss(z, y), parent(z, y), rtol=1e-6, atol=0)


def test_no_smoothing_is_cross_entropy():
    loss, z, y = case(head_smoothing=0, tail_smoothing=0)
    torch.testing.assert_close(
        loss(z, y), F.cross_entropy(z, y), rtol=1e-12, atol=0
    )


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match='`head_smoothing`.*got 1.1'):
        LabelAwareSmoothLoss(head_smoothing=1.1)
    with pytest.raises(ValueError, match="`shape`.*got 'exp'"):
        LabelAwareSmoothLoss(shape='exp')
