import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS

from mmlt.models import CosineClsHead, LogitAdjustedLoss
from mmlt.structures import BatchDataSample
from tests import golden_cases

COUNTS = [130, 40, 12]


def build(**kwargs):
    head = CosineClsHead(3, 8, **kwargs).double()
    head.set_class_counts(COUNTS)
    return head


def batch():
    feats = (torch.randn(7, 8, dtype=torch.float64),)
    return feats, [BatchDataSample(gt_label=torch.arange(7) % 3)]


def test_logits_are_the_scaled_cosine():
    head, (feats, _) = build(scale=20), batch()
    expected = 20 * F.cosine_similarity(
        feats[0][:, None], head.fc.weight[None], dim=2
    )
    torch.testing.assert_close(head(feats), expected, rtol=1e-12, atol=1e-15)
    assert torch.equal(head.eval()(feats), head.train()(feats))


def test_balanced_is_balanced_softmax_on_the_cosine():
    head, (feats, samples) = build(balanced=True), batch()
    cosine = F.cosine_similarity(
        feats[0][:, None], head.fc.weight[None], dim=2
    )
    # n_i exp(s_i) / sum_j n_j exp(s_j), appendix, Eq. 8
    weight = torch.tensor(COUNTS) * (16 * cosine).exp()
    p = weight / weight.sum(1, keepdim=True)
    expected = -p[torch.arange(7), samples[0].gt_label].log().mean()
    loss = head.loss(feats, samples)['loss']
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    head.eval()
    torch.testing.assert_close(
        head(feats), 16 * cosine, rtol=1e-12, atol=1e-15
    )


def test_lift_has_the_values_of_the_published_code():
    """Cosine classifier and LA loss of shijxcs/LIFT@1643432."""
    head = CosineClsHead(4, 4, scale=25.0, balanced=True).double()
    head.set_class_counts(golden_cases.COUNTS)
    head.fc.weight.data = torch.tensor(golden_cases.CENTERS).double()
    images = golden_cases.logits()
    expected = torch.tensor([19.124689, -1.2492194, -11.4748135, 4.3274231])
    torch.testing.assert_close(
        head.eval()((images,))[0], expected.double(), rtol=1e-5, atol=0
    )
    samples = [BatchDataSample(gt_label=golden_cases.LABELS)]
    loss = head.train().loss((images,), samples)['loss'].item()
    assert loss == pytest.approx(7.1372604, rel=1e-5)


def test_logit_adjustment_has_the_value_of_lift():
    """LA of shijxcs/LIFT@1643432, of the logits as they are."""
    loss = LogitAdjustedLoss()
    loss.set_class_counts(golden_cases.COUNTS)
    found = loss(golden_cases.logits(), golden_cases.LABELS).item()
    assert found == pytest.approx(1.5097491, rel=1e-5)


def test_a_target_prior_moves_the_evaluation_logits():
    head, (feats, _) = (
        build(balanced=True, test_prior=[0.2, 0.3, 0.5]),
        batch(),
    )
    plain = build(balanced=True).eval()
    plain.load_state_dict(head.state_dict())
    difference = head.eval()(feats) - plain(feats)
    expected = torch.tensor([0.2, 0.3, 0.5]).double().log().expand(7, 3)
    torch.testing.assert_close(difference, expected)


def test_it_is_read_as_one_concentration():
    kappa, mu = build(scale=20).vmf_parameters()
    assert kappa.tolist() == [20.0] * 3
    torch.testing.assert_close(mu.norm(dim=1), torch.ones(3).double())


def test_without_balance_it_needs_no_counts():
    CosineClsHead(3, 8)((torch.randn(2, 8),))
    head = CosineClsHead(3, 8)
    head.set_class_counts([3, 0, 2])  # no logarithm is taken
    with pytest.raises(ValueError, match='class 1 has 0'):
        CosineClsHead(3, 8, balanced=True).set_class_counts([3, 0, 2])


def test_a_trained_linear_head_can_be_put_in():
    linear = LinearClsHead(num_classes=3, in_channels=8)
    head = CosineClsHead(3, 8)
    head.load_state_dict(linear.state_dict())  # strict: all keys fit
    feats = (torch.randn(7, 8),)
    expected = 16 * F.cosine_similarity(
        feats[0][:, None], linear.fc.weight[None], dim=2
    )
    torch.testing.assert_close(head(feats), expected)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match='`scale`.*got -1'):
        CosineClsHead(3, 8, scale=-1)
    with pytest.raises(ValueError, match='together with `balanced=True`'):
        CosineClsHead(3, 8, test_prior='train')


def test_it_is_registered_under_its_name():
    assert MODELS.get('CosineClsHead') is CosineClsHead
    assert CosineClsHead.normalizes_features
