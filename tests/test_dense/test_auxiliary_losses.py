"""Losses on the densities of a decode head, the overlap and calibration."""

import copy

import pytest
import torch
from mmengine.registry import DefaultScope

pytest.importorskip('mmseg')
from mmengine.config import Config

from mmlt.dense import VMFConv, vmf_seg_head
from mmlt.dense.auxiliary_losses import AuxiliaryPixelLoss
from mmlt.functional import class_feature_consistency, inter_class_discrepancy
from mmlt.models import ClassFeatureConsistencyLoss, InterClassDiscrepancyLoss
from mmlt.posthoc.overlap import calibrate, read_classifier
from mmlt.runs.preflight import complete_config
from mmlt.runs.runner import build_runner

from .conftest import training

ICD = dict(type='InterClassDiscrepancyLoss')
CFC = dict(type='ClassFeatureConsistencyLoss', loss_weight=0.1)


def layer(**settings):
    torch.manual_seed(0)
    conv = VMFConv(6, 3, **settings)
    conv.set_class_counts([5000, 300, 20])
    with torch.no_grad():
        conv.kappa_raw.copy_(torch.tensor([16.0, 9.0, 30.0]))
    return conv


def test_it_is_the_function_on_the_pixels_that_are_labeled():
    conv = layer()
    loss = AuxiliaryPixelLoss(conv, ClassFeatureConsistencyLoss())
    maps = torch.randn(2, 6, 2, 3, requires_grad=True)
    conv(maps)
    # a feature covers 3 x 3 pixels; the one in the middle counts
    middle = torch.tensor([[[0, 1, 255], [2, 255, 0]], [[1, 1, 0], [0, 2, 2]]])
    labels = torch.full((2, 6, 9), 255)
    labels[:, 1::3, 1::3] = middle
    found = loss(None, labels)
    rows = maps.movedim(1, -1)[middle != 255]
    kappa, mu = conv.vmf_parameters()
    expected = 0.2 * class_feature_consistency(
        kappa, mu, rows, middle[middle != 255]
    )
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)
    found.backward()
    for value in (maps, conv.weight, conv.kappa_raw):
        assert value.grad.any()
    assert not maps.grad.movedim(1, -1)[middle == 255].any()


def test_a_batch_without_a_labeled_pixel_costs_nothing():
    conv = layer()
    loss = AuxiliaryPixelLoss(conv, ClassFeatureConsistencyLoss())
    conv(torch.randn(1, 6, 2, 2))
    assert loss(None, torch.full((1, 4, 4), 255)) == 0


def test_other_classes_than_the_densities_take_no_part():
    conv = layer()
    first = AuxiliaryPixelLoss(conv, ClassFeatureConsistencyLoss(), False)
    again = AuxiliaryPixelLoss(conv, ClassFeatureConsistencyLoss())
    conv(torch.randn(1, 6, 1, 3))
    with_others = first(None, torch.tensor([[[0, 7, 1]]]))
    ignored = again(None, torch.tensor([[[0, 5, 1]]]), ignore_index=5)
    assert torch.equal(with_others, ignored)


def test_features_are_let_go_of_and_asked_for_once():
    conv = layer()
    loss = AuxiliaryPixelLoss(conv, InterClassDiscrepancyLoss())
    labels = torch.zeros(1, 2, 2, dtype=torch.long)
    with pytest.raises(RuntimeError, match='scored the features of this'):
        loss(None, labels)
    conv(torch.randn(1, 6, 2, 2, requires_grad=True))
    expected = 0.2 * inter_class_discrepancy(*conv.vmf_parameters())
    assert torch.equal(loss(None, labels), expected)
    copy.deepcopy(conv)  # as EMAHook does
    conv.eval()(torch.randn(1, 6, 2, 2, requires_grad=True))
    copy.deepcopy(conv)
    with pytest.raises(RuntimeError, match='scored the features of this'):
        loss(None, labels)


def decode_head(**settings):
    return vmf_seg_head(
        'FCNHead',
        in_channels=16,
        in_index=0,
        channels=8,
        num_convs=1,
        concat_input=False,
        num_classes=4,
        **settings,
    )


def test_the_losses_of_a_head_stay_what_they_are():
    stock = dict(type='CrossEntropyLoss')
    head = decode_head(loss_decode=[stock, stock | dict(loss_name='loss_2')])
    assert len(head.loss_decode) == 2
    head = decode_head(loss_decode=stock, aux_losses=[ICD, CFC])
    names = [loss.loss_name for loss in head.loss_decode]
    assert names == ['loss_ce', 'loss_icd', 'loss_cfc']
    # the classifier is a part of the head alone
    assert head.state_dict().keys() == decode_head().state_dict().keys()
    with pytest.raises(TypeError, match='losses on .kappa, mu.*CrossEntropy'):
        decode_head(aux_losses=[dict(type='mmpretrain.CrossEntropyLoss')])
    with pytest.raises(ValueError, match='a name of its own.*loss_icd'):
        decode_head(aux_losses=[ICD, ICD])


def test_a_training_has_them_and_their_weight_falls(shapes, tmp_path):
    def run(name, **settings):
        cfg = training(shapes, tmp_path / name)
        cfg['model']['decode_head'].update(aux_losses=[ICD, CFC])
        cfg['val_evaluator'].append(dict(type='mmpretrain.ClassOverlap'))
        cfg.update(settings)
        runner = build_runner(complete_config(Config(cfg)))
        runner.train()
        return runner

    whole = run('whole')
    losses = whole.model.decode_head.loss_decode
    # two passes over the images; the second one has begun
    assert losses[1].loss.weight == pytest.approx(0.2 * 0.5**0.9, rel=1e-12)
    assert losses[2].loss.weight == pytest.approx(0.1 * 0.5**0.9, rel=1e-12)
    logged = whole.message_hub.log_scalars
    for name in ('decode.loss_icd', 'decode.loss_cfc'):
        assert logged[f'train/{name}'].current() > 0
    with torch.no_grad():
        apart = inter_class_discrepancy(
            *whole.model.decode_head.conv_seg.vmf_parameters()
        )
    # in percent, of the 12 pairs of two; the loss divides by all 16
    assert logged['val/overlap/mean'].current() == pytest.approx(
        100 * apart.item() * 16 / 12, rel=1e-5
    )

    start = str(tmp_path / 'whole/iter_2.pth')
    again = run('resumed', resume=True, load_from=start)
    for (name, value), other in zip(
        whole.model.state_dict().items(),
        again.model.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(value, other), name


@pytest.mark.parametrize('alpha', [0, 0.3, 1])
def test_kappa_is_calibrated_where_the_network_is_used(alpha):
    """Against what `calibrate-overlap` does to a head of classification."""
    conv = layer(test_alpha=alpha).double()
    maps = torch.randn(2, 6, 4, 5, dtype=torch.float64)
    rows = maps.movedim(1, -1).flatten(0, -2)
    expected = calibrate(read_classifier(conv.eval()), alpha).logits(rows)
    got = conv(maps).movedim(1, -1).flatten(0, -2)
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=1e-12)
    kept = layer().double()
    assert torch.equal(conv.train()(maps), kept(maps))
    assert torch.equal(conv.eval()(maps), kept.eval()(maps)) == (alpha == 1)
    with (
        DefaultScope.overwrite_default_scope('mmseg'),
        pytest.raises(ValueError, match='test_alpha'),
    ):
        decode_head(test_alpha=1.5)
