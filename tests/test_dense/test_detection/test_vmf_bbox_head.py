"""Losses on the densities of a box head, alone and in a training."""

import copy

import pytest
import torch

pytest.importorskip('mmdet')
from mmdet.registry import MODELS
from mmengine.config import Config

from mmlt.dense import vmf_bbox_head
from mmlt.dense.detection import ClassAndObjectnessLoss
from mmlt.functional import class_feature_consistency, inter_class_discrepancy
from mmlt.runs.preflight import complete_config
from mmlt.runs.runner import build_runner

from .conftest import BOX_HEAD, training

ICD = dict(type='InterClassDiscrepancyLoss')
CFC = dict(type='ClassFeatureConsistencyLoss', loss_weight=0.1)
AUXILIARY = dict(
    type='VMFBBoxHead', head_type='Shared2FCBBoxHead', aux_losses=[ICD, CFC]
)
AS_CLASS = dict(
    cls_predictor_cfg=dict(
        type='VMFLinear', background='class', background_prior=0.5
    ),
    loss_cls=dict(type='CrossEntropyLoss'),
)
COUNTS = [16, 4, 2]


def box_head(**settings):
    torch.manual_seed(0)
    head = MODELS.build(copy.deepcopy(BOX_HEAD | AUXILIARY | settings))
    head.fc_cls.set_class_counts(COUNTS)
    return head


@pytest.mark.parametrize('settings', [{}, AS_CLASS])
def test_it_is_the_functions_on_the_boxes_of_a_density(settings):
    head = box_head(**settings)
    layer = head.fc_cls
    features = torch.randn(6, 32, requires_grad=True)
    scores = layer(features)
    labels = torch.tensor([0, 3, 1, 3, 2, 1])  # 3: background
    losses = head.loss_cls(scores, labels, torch.ones(6), avg_factor=6.0)
    kappa, mu = layer.vmf_parameters()
    mine = labels < len(kappa)  # all where background has a density
    assert mine.all() == bool(settings)
    torch.testing.assert_close(
        losses.pop('loss_cfc'),
        0.1
        * class_feature_consistency(kappa, mu, features[mine], labels[mine]),
    )
    torch.testing.assert_close(
        losses.pop('loss_icd'), 0.2 * inter_class_discrepancy(kappa, mu)
    )
    # what remains is the loss of the head
    stock = head.loss_cls.loss(scores, labels, torch.ones(6), avg_factor=6.0)
    stock = stock if isinstance(stock, dict) else {'loss_cls': stock}
    assert losses.keys() == stock.keys()
    for name, value in stock.items():
        assert torch.equal(losses[name], value)


def test_a_batch_of_background_costs_nothing():
    head = box_head()
    scores = head.fc_cls(torch.randn(2, 32))
    losses = head.loss_cls(scores, torch.tensor([3, 3]), avg_factor=2.0)
    assert losses['loss_cfc'] == 0


def test_the_loss_of_the_head_answers_what_is_asked():
    head = box_head()
    stock = ClassAndObjectnessLoss()
    scores, labels = torch.randn(4, 5), torch.tensor([0, 3, 2, 1])
    assert head.custom_cls_channels
    assert head.custom_activation
    loss = head.loss_cls
    assert loss.get_cls_channels(3) == 5
    assert torch.equal(
        loss.get_activation(scores), stock.get_activation(scores)
    )
    assert loss.get_accuracy(scores, labels) == stock.get_accuracy(
        scores, labels
    )
    with pytest.raises(AttributeError, match='nothing_of_it'):
        _ = loss.nothing_of_it
    copy.deepcopy(head)


def test_without_further_losses_it_is_the_head():
    settings = copy.deepcopy(BOX_HEAD)
    head = vmf_bbox_head('Shared2FCBBoxHead', **settings)
    assert isinstance(head.loss_cls, ClassAndObjectnessLoss)
    assert head.state_dict().keys() == box_head().state_dict().keys()


@pytest.mark.parametrize(
    ('message', 'settings'),
    [
        (
            'of Shared2FCBBoxHead is Linear',
            dict(BOX_HEAD, cls_predictor_cfg=dict(type='Linear')),
        ),
        ('of StandardRoIHead is NoneType', dict(head_type='StandardRoIHead')),
    ],
)
def test_heads_without_the_classifier_are_refused(message, settings):
    settings = dict(head_type='Shared2FCBBoxHead') | copy.deepcopy(settings)
    with pytest.raises(TypeError, match=message):
        vmf_bbox_head(**settings)


def run(cfg):
    runner = build_runner(complete_config(Config(cfg)))
    runner.train()
    return runner


def test_a_training_has_them(boxes, tmp_path):
    cfg = training(boxes, tmp_path, iterations=2)
    cfg['model']['roi_head']['bbox_head'].update(AUXILIARY)
    cfg['val_evaluator'] = [
        cfg['val_evaluator'],
        dict(type='mmpretrain.ClassOverlap'),
    ]
    cfg['train_cfg']['val_interval'] = 2
    runner = run(cfg)
    logged = runner.message_hub.log_scalars
    for name in ('loss_icd', 'loss_cfc'):
        assert logged[f'train/{name}'].current() > 0
    assert 0 < logged['val/overlap/mean'].current() < 100
    layer = runner.model.roi_head.bbox_head.fc_cls
    assert layer.class_counts.tolist() == COUNTS


def test_the_three_heads_of_a_cascade_are_trained(boxes, tmp_path):
    cfg = training(boxes, tmp_path, iterations=2)
    cfg['val_evaluator']['metric'] = ['bbox']
    cfg['train_cfg']['val_interval'] = 2
    model = cfg['model']
    stock = model['roi_head']
    head = stock.pop('bbox_head') | AUXILIARY
    for name in ('mask_roi_extractor', 'mask_head'):
        stock.pop(name)
    rcnn = model['train_cfg'].pop('rcnn')
    model['type'] = 'CascadeRCNN'
    stock.update(
        type='CascadeRoIHead',
        num_stages=3,
        stage_loss_weights=[1, 0.5, 0.25],
        bbox_head=[copy.deepcopy(head) for _ in range(3)],
    )
    for settings in stock['bbox_head']:
        settings['reg_class_agnostic'] = True
    model['train_cfg']['rcnn'] = [copy.deepcopy(rcnn) for _ in range(3)]
    runner = run(cfg)
    heads = runner.model.roi_head.bbox_head
    for stage, head in enumerate(heads):
        assert head.fc_cls.class_counts.tolist() == COUNTS
        assert (head.fc_cls.kappa != 16).all()
        for name in ('loss_cls_classes', 'loss_icd'):
            logged = runner.message_hub.log_scalars
            assert logged[f'train/s{stage}.{name}'].current() > 0
    assert runner.message_hub.get_scalar('val/lvis/bbox_AP').current() >= 0
