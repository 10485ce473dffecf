import pytest
import torch
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

pytest.importorskip('mmseg')
from mmlt.dense import VMFConv

COUNTS = [5000, 300, 20]


def layer(**settings):
    torch.manual_seed(0)
    conv = VMFConv(6, 3, **settings)
    conv.set_class_counts(COUNTS)
    with torch.no_grad():
        conv.kappa_raw.copy_(torch.tensor([16.0, 9.0, 30.0]))
    return conv


@pytest.mark.parametrize('prior', ['balanced', 'train', [3, 2, 1]])
def test_a_pixel_is_classified_as_an_image_is(prior):
    """Against VMFClsHead on the same weights, in both modes."""
    conv = layer(test_prior=prior)
    cfg = dict(
        type='VMFClsHead', num_classes=3, in_channels=6, test_prior=prior
    )
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        head = MODELS.build(cfg)
    head.set_class_counts(COUNTS)
    head.load_state_dict(
        {
            'fc.weight': conv.weight.detach().flatten(1),
            'kappa_raw': conv.kappa_raw.detach(),
            'class_counts': conv.class_counts,
        }
    )
    maps = torch.randn(2, 6, 4, 5)
    for mode in (True, False):
        got = conv.train(mode)(maps).movedim(1, -1).flatten(0, -2)
        expected = head.train(mode)((maps.movedim(1, -1).flatten(0, -2),))
        # a list of numbers is a prior up to its sum: a constant
        torch.testing.assert_close(
            got.softmax(1), expected.softmax(1), rtol=2e-5, atol=1e-9
        )


def test_a_power_of_the_prior_lies_between():
    maps = torch.randn(1, 6, 2, 2, dtype=torch.float64)

    def logits(prior):
        return layer(test_prior=prior).double().eval()(maps)

    none, half, whole = map(logits, ('balanced', 0.5, 'train'))
    torch.testing.assert_close(half, (none + whole) / 2, rtol=1e-12, atol=0)
    assert torch.equal(logits(1), whole)


def test_checkpoints_of_a_convolution_load():
    stock = torch.nn.Conv2d(6, 3, 1)
    conv = VMFConv(6, 3)
    state = conv.state_dict() | stock.state_dict()
    conv.load_state_dict(state)
    assert torch.equal(conv.weight, stock.weight)


def test_counts_are_in_the_checkpoint():
    conv = VMFConv(6, 3)
    conv.load_state_dict(layer().state_dict())
    assert conv.class_counts.tolist() == COUNTS
    with pytest.raises(RuntimeError, match='to know the class counts'):
        VMFConv(6, 3)(torch.randn(1, 6, 2, 2))


def test_a_class_without_pixels_is_refused():
    with pytest.raises(ValueError, match='class 1 has 0'):
        VMFConv(6, 3).set_class_counts([4, 0, 2])


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (dict(channels=1), 'channels'),
        (dict(num_classes=1), 'num_classes'),
        (dict(init_kappa=0), 'init_kappa'),
        (dict(test_prior='uniform'), "'balanced', 'train', a power"),
        (dict(test_prior=[1, 2]), '3 numbers > 0'),
        (dict(test_prior=[1, 2, 0]), '3 numbers > 0'),
        (dict(test_prior=float('nan')), 'test_prior'),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        VMFConv(**(dict(channels=6, num_classes=3) | settings))
