import pytest
import torch
from mmengine.registry import DefaultScope

pytest.importorskip('mmdet')
from mmdet.registry import MODELS

from mmlt.dense import VMFConv, VMFLinear
from mmlt.functional import background_log_prior, log_counts

from .conftest import BOX_HEAD

COUNTS = [5000, 300, 20]
KAPPA = [16.0, 9.0, 30.0, 12.0]


def layer(**settings):
    torch.manual_seed(0)
    as_class = settings.get('background') == 'class'
    linear = VMFLinear(6, 4 if as_class else 5, **settings)
    linear.set_class_counts(COUNTS)
    with torch.no_grad():
        linear.kappa_raw.copy_(torch.tensor(KAPPA[: 3 + as_class]))
    return linear


def classification_head(linear, prior):
    """VMFClsHead with the weights of the classes of a layer."""
    cfg = dict(
        type='VMFClsHead', num_classes=3, in_channels=6, test_prior=prior
    )
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        from mmpretrain.registry import MODELS

        head = MODELS.build(cfg)
    head.set_class_counts(COUNTS)
    head.load_state_dict(
        {
            'fc.weight': linear.weight.detach(),
            'kappa_raw': linear.kappa_raw.detach(),
            'class_counts': linear.class_counts,
        }
    )
    return head


@pytest.mark.parametrize('prior', ['balanced', 'train', [3, 2, 1]])
def test_a_box_is_classified_as_an_image_is(prior):
    """Against VMFClsHead on the same weights, in both modes."""
    linear = layer(test_prior=prior)
    head = classification_head(linear, prior)
    features = torch.randn(9, 6)
    for mode in (True, False):
        got = linear.train(mode)(features)
        expected = head.train(mode)((features,))
        torch.testing.assert_close(
            got[:, :3].softmax(1), expected.softmax(1), rtol=2e-5, atol=1e-9
        )
        # and objectness is linear in the feature as it is
        torch.testing.assert_close(got[:, 3:], linear.objectness(features))


def test_counts_do_not_change_objectness():
    """Log n is a matter of the classes alone."""
    linear, features = layer().train(), torch.randn(4, 6)
    before = linear(features)
    linear.set_class_counts([1, 2, 90_000])
    after = linear(features)
    assert torch.equal(before[:, 3:], after[:, 3:])
    assert not torch.equal(before[:, :3], after[:, :3])


@pytest.mark.parametrize('prior', ['balanced', 'train'])
def test_background_as_a_class_has_its_share_of_the_prior(prior):
    linear = layer(
        background='class', background_prior=0.6, test_prior=prior
    ).double()
    linear.eval()
    log_n = log_counts(COUNTS) if prior == 'train' else torch.zeros(3).double()
    expected = linear.density_bias() + background_log_prior(log_n, 0.6)
    torch.testing.assert_close(linear.logit_offset(), expected)
    assert linear(torch.randn(2, 6).double()).shape == (2, 4)
    # in training the counts are in it, whatever the prior at test
    trained = linear.train().logit_offset() - linear.density_bias()
    torch.testing.assert_close(
        trained, background_log_prior(log_counts(COUNTS), 0.6)
    )


def test_no_box_has_no_score():
    assert layer()(torch.zeros(0, 6)).shape == (0, 5)


@pytest.mark.parametrize('background', ['objectness', 'class'])
def test_weights_of_a_linear_classifier_load(background):
    stock = torch.nn.Linear(6, 4)
    share = 0.5 if background == 'class' else None
    linear = layer(background=background, background_prior=share)
    found = linear.load_state_dict(stock.state_dict(), strict=False)
    assert not found.unexpected_keys
    rows = len(linear.weight)
    assert torch.equal(linear.weight, stock.weight[:rows])
    # and its own, whole
    again = VMFLinear(
        6,
        linear(torch.zeros(1, 6)).shape[1],
        background=background,
        background_prior=share,
    )
    again.load_state_dict(linear.state_dict())
    assert again.class_counts.tolist() == COUNTS
    assert torch.equal(again.weight, linear.weight)


def test_counts_come_before_training():
    message = r"class counts, but .*'InstanceCountsHook'"
    with pytest.raises(RuntimeError, match=message):
        VMFLinear(6, 5)(torch.randn(1, 6))
    with pytest.raises(RuntimeError, match='PixelCountsHook'):
        VMFConv(6, 3)(torch.randn(1, 6, 2, 2))


HEADS = {
    'Shared2FCBBoxHead': BOX_HEAD,
    'Shared4Conv1FCBBoxHead': BOX_HEAD | dict(conv_out_channels=16),
}


@pytest.mark.parametrize('kind', HEADS)
def test_a_head_of_mmdetection_takes_it(kind):
    head = MODELS.build(dict(type=kind, **HEADS[kind]))
    head.init_weights()
    linear = head.fc_cls
    assert isinstance(linear, VMFLinear)
    # mmengine's Normal, std 0.01: random directions, and kappa as it was
    assert linear.kappa.tolist() == pytest.approx([16.0] * 3)
    assert 0.005 < linear.weight.std().item() < 0.02
    linear.set_class_counts(COUNTS)
    scores, _ = head(torch.randn(2, 16, 7, 7))
    assert scores.shape == (2, 5)
    scores.sum().backward()
    assert linear.kappa_raw.grad.any()
    assert head.loss_cls.get_activation(scores).shape == (2, 4)


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (dict(in_features=1), 'channels'),
        (dict(out_features=3), 'num_classes'),
        (dict(init_kappa=0), 'init_kappa'),
        (dict(test_prior=[1, 2]), '3 numbers > 0'),
        (dict(background='none'), '`background` to be one of'),
        (dict(background_prior=0.5), "with `background='class'` alone"),
        (dict(background='class', background_prior=1), 'in \\(0, 1\\)'),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        VMFLinear(**(dict(in_features=6, out_features=5) | settings))


def test_background_as_a_class_asks_for_its_share():
    with pytest.raises(TypeError, match='share of background boxes'):
        VMFLinear(6, 5, background='class')
