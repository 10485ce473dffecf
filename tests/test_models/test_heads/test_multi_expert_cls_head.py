import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS

from mmlt.models import MultiExpertClsHead
from mmlt.structures import BatchDataSample


def build(**kwargs):
    return MultiExpertClsHead(5, 4, **kwargs).double()


def batch(experts=3, n=6):
    feats = (torch.randn(n, experts * 4, dtype=torch.float64),)
    return feats, [BatchDataSample(gt_label=torch.arange(n) % 5)]


def test_each_expert_sees_its_own_features_and_the_prediction_is_the_mean():
    head, (feats, _) = build(), batch()
    each = torch.stack(
        [head.classifiers[e](feats[0][:, 4 * e : 4 * e + 4]) for e in range(3)]
    )
    torch.testing.assert_close(head.expert_logits(feats), each)
    torch.testing.assert_close(head(feats), each.mean(0), rtol=1e-7, atol=1e-7)


def test_with_a_scale_it_is_the_cosine():
    head, (feats, _) = build(scale=30.0), batch()
    assert head.normalizes_features
    assert not build().normalizes_features
    for e, logits in enumerate(head.expert_logits(feats)):
        part = feats[0][:, 4 * e : 4 * e + 4]
        weight = head.classifiers[e].weight
        torch.testing.assert_close(
            weight.norm(dim=1), torch.ones(5).double(), rtol=1e-6, atol=0
        )
        cosine = F.cosine_similarity(part[:, None], weight[None], dim=2)
        torch.testing.assert_close(logits, 30 * cosine)


def test_a_bias_beside_the_cosine_begins_at_zero_and_is_added():
    head, (feats, _) = build(scale=30.0, bias=True), batch()
    plain = build(scale=30.0)
    for mine, other in zip(head.classifiers, plain.classifiers, strict=True):
        assert not mine.bias.any()
        mine.weight.data.copy_(other.weight)
    assert torch.equal(head.expert_logits(feats), plain.expert_logits(feats))
    bias = torch.randn(3, 5, dtype=torch.float64)
    for mine, row in zip(head.classifiers, bias, strict=True):
        mine.bias.data.copy_(row)
    torch.testing.assert_close(
        head.expert_logits(feats), plain.expert_logits(feats) + bias[:, None]
    )
    head(feats).sum().backward()
    assert all(c.bias.grad is not None for c in head.classifiers)


def test_rows_as_the_published_cosine_of_ncl_begins_with_them():
    """Uniform within 1 / sqrt(D): rows sqrt(1/3) long, .577."""
    torch.manual_seed(0)
    head = MultiExpertClsHead(400, 900, scale=16.0, unit_rows=False)
    for classifier in head.classifiers:
        weight = classifier.weight.detach()
        assert weight.abs().max() <= 1 / 30
        norms = weight.norm(dim=1)
        assert norms.mean().item() == pytest.approx(3**-0.5, rel=2e-3)


def test_one_expert_is_the_parents_linear_head():
    head, (feats, samples) = build(num_experts=1), batch(1)
    linear = LinearClsHead(5, 4).double()
    linear.fc.load_state_dict(head.classifiers[0].state_dict())
    torch.testing.assert_close(head(feats), linear(feats))
    torch.testing.assert_close(
        head.loss(feats, samples)['loss_expert0'],
        linear.loss(feats, samples)['loss'],
    )


def test_the_loss_is_that_of_every_expert():
    head, (feats, samples) = build(), batch()
    losses = head.loss(feats, samples)
    labels = samples[0].gt_label
    for e, logits in enumerate(head.expert_logits(feats)):
        torch.testing.assert_close(
            losses[f'loss_expert{e}'], F.cross_entropy(logits, labels)
        )


def test_one_expert_can_predict_alone():
    head, (feats, _) = build(expert=1), batch()
    assert torch.equal(head(feats), head.expert_logits(feats)[1])


def test_learned_weights_travel_in_the_checkpoint():
    head, (feats, _) = build(), batch()
    weights = torch.tensor([0.1, 0.2, 0.7], dtype=torch.float64)
    head.expert_weights = weights
    other = build()
    other.load_state_dict(head.state_dict())
    expected = torch.einsum('e,enc->nc', weights, head.expert_logits(feats))
    torch.testing.assert_close(other(feats), expected)


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(num_experts=0), '`num_experts` to be an integer >= 1'),
        (dict(scale=0.0), '`scale` to be a finite number > 0'),
        (dict(expert=3), '`expert` to be an integer from 0 to 2'),
    ],
)
def test_settings_out_of_range(kwargs, match):
    with pytest.raises(ValueError, match=match):
        build(**kwargs)


def test_features_of_another_number_of_experts_are_refused():
    with pytest.raises(ValueError, match=r'features \(N, 12\) of 3 experts'):
        build()(batch(2)[0])


def test_it_is_registered_under_its_name():
    assert MODELS.get('MultiExpertClsHead') is MultiExpertClsHead
