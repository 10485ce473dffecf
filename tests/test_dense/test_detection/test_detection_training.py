"""A training on shapes: the counts, the checkpoint, the test, a resume."""

import math

import pytest
import torch

pytest.importorskip('mmdet')
from mmengine.config import Config

from mmlt.dense import VMFLinear
from mmlt.runs.preflight import complete_config
from mmlt.runs.runner import build_runner

from .conftest import training


def run(cfg):
    runner = build_runner(complete_config(Config(cfg)))
    runner.train()
    return runner


def weights(path):
    return torch.load(path, weights_only=False)['state_dict']


def test_a_training_is_tested_and_goes_on(boxes, tmp_path):
    whole = run(training(boxes, tmp_path / 'whole'))
    layer = whole.model.roi_head.bbox_head.fc_cls
    assert isinstance(layer, VMFLinear)
    assert layer.class_counts.tolist() == [16, 4, 2]
    kappa = weights(tmp_path / 'whole/iter_4.pth')[
        'roi_head.bbox_head.fc_cls.kappa_raw'
    ]
    assert not torch.equal(kappa, torch.full((3,), kappa[0].item()))

    # tested alone: the counts are those of the checkpoint
    cfg = training(boxes, tmp_path / 'test')
    cfg.update(
        load_from=str(tmp_path / 'whole/iter_4.pth'),
        train_dataloader=None,
        train_cfg=None,
        optim_wrapper=None,
    )
    tester = build_runner(complete_config(Config(cfg)))
    metrics = tester.test()
    for kind in ('bbox', 'segm'):
        for name in ('AP', 'AP50', 'APr', 'APc', 'APf'):
            assert 0 <= metrics[f'lvis/{kind}_{name}'] <= 100
    assert math.isnan(metrics['lvis/bbox_APl'])  # there is no large shape
    layer = tester.model.roi_head.bbox_head.fc_cls
    assert layer.class_counts.tolist() == [16, 4, 2]

    # the same from a checkpoint in the middle, to the last bit
    cfg = training(boxes, tmp_path / 'resumed')
    cfg.update(resume=True, load_from=str(tmp_path / 'whole/iter_2.pth'))
    run(cfg)
    again = weights(tmp_path / 'resumed/iter_4.pth')
    for name, value in weights(tmp_path / 'whole/iter_4.pth').items():
        assert torch.equal(value, again[name]), name


def broken(boxes, tmp_path, **settings):
    """Train with another box head."""
    cfg = training(boxes, tmp_path, iterations=1)
    cfg['model']['roi_head']['bbox_head'].update(settings)
    return run(cfg)


def test_background_as_a_class_is_trained(boxes, tmp_path):
    layer = broken(
        boxes,
        tmp_path,
        cls_predictor_cfg=dict(
            type='VMFLinear', background='class', background_prior=0.5
        ),
        loss_cls=dict(type='CrossEntropyLoss'),
    ).model.roi_head.bbox_head.fc_cls
    assert layer.weight.shape == (4, 32)
    assert (layer.kappa != 16).all()


def test_a_loss_that_does_not_fit_is_said(boxes, tmp_path):
    message = 'bbox_head to fit .* CrossEntropyLoss leaves scores of 2 cl'
    with pytest.raises(ValueError, match=message):
        broken(boxes, tmp_path, loss_cls=dict(type='CrossEntropyLoss'))


def test_a_head_with_a_classifier_of_its_own_is_said(boxes, tmp_path):
    with pytest.raises(TypeError, match='DoubleConvFCBBoxHead to take'):
        broken(
            boxes,
            tmp_path,
            type='DoubleConvFCBBoxHead',
            num_convs=1,
            num_fcs=1,
            conv_out_channels=16,
        )


def test_a_layer_that_is_not_used_is_said(boxes, tmp_path):
    from mmdet.models import Shared2FCBBoxHead
    from mmdet.registry import MODELS

    @MODELS.register_module(name='OtherClassifier', force=True)
    class OtherClassifier(Shared2FCBBoxHead):
        """Scores the boxes by a layer beside `fc_cls`."""

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.shared_fcs = torch.nn.Sequential(*self.shared_fcs)
            self.other = torch.nn.Linear(16 * 49, self.num_classes + 2)

        def forward(self, x):
            flat = x.flatten(1)
            return self.other(flat), self.fc_reg(self.shared_fcs(flat))

    with pytest.raises(RuntimeError, match='bbox_head.fc_cls to be trained'):
        broken(boxes, tmp_path, type='OtherClassifier')


def test_a_detector_without_the_classifier_is_said(boxes, tmp_path):
    with pytest.raises(TypeError, match='asks for class counts, but MaskRCNN'):
        broken(
            boxes,
            tmp_path,
            cls_predictor_cfg=dict(type='Linear'),
            loss_cls=dict(type='CrossEntropyLoss'),
        )


def test_another_number_of_classes_is_said(boxes, tmp_path):
    with pytest.raises(ValueError, match='for the 4 classes of VMFLinear'):
        broken(boxes, tmp_path, num_classes=4)
