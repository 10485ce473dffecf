"""The recipes of segmentation: what they are built of."""

import pytest
import torch

pytest.importorskip('mmseg')
from mmengine.utils import import_modules_from_strings
from mmseg.registry import MODELS

from mmlt import load_recipe
from mmlt.dense import VMFConv
from mmlt.runs.preflight import complete_config

ADE20K = {'fcn_r50_ade20k': 'FCNHead', 'upernet_r50_ade20k': 'UPerHead'}


def built(name):
    cfg = complete_config(load_recipe(f'vmf_seg/{name}'))
    import_modules_from_strings(**cfg.custom_imports)
    return cfg, MODELS.build(cfg.model.decode_head)


@pytest.mark.parametrize('name', ADE20K)
def test_ade20k_is_that_of_mmsegmentation_but_for_the_classifier(name):
    cfg, head = built(name)
    assert type(head).__name__ == ADE20K[name]
    assert isinstance(head.conv_seg, VMFConv)
    assert head.conv_seg.weight.shape == (150, 512, 1, 1)
    torch.testing.assert_close(head.conv_seg.kappa, torch.full((150,), 16.0))
    assert cfg.train_cfg.max_iters == 160000
    assert cfg.optim_wrapper.optimizer.lr == 0.01
    rate = cfg.optim_wrapper.paramwise_cfg.custom_keys['conv_seg.kappa']
    assert rate.decay_mult == 0
    assert cfg.val_evaluator.sizes == (20, 55, 75)
    assert (
        cfg.default_hooks.checkpoint.type == 'mmpretrain.WholeCheckpointHook'
    )
    assert cfg.train_dataloader.collate_fn.type == 'pseudo_collate'


def test_camvid_has_a_stock_twin():
    ours, head = built('fcn_r18_camvid')
    stock, plain = built('stock_fcn_r18_camvid')
    assert isinstance(head.conv_seg, VMFConv)
    assert isinstance(plain.conv_seg, torch.nn.Conv2d)
    for cfg in (ours, stock):
        head = cfg.model.decode_head
        head.pop('head_type', None)
        head.pop('type')
    assert ours.to_dict() == stock.to_dict()


# alexgkendall/SegNet-Tutorial@63b77a9, Models/segnet_train.prototxt, the
# `class_weighting` of the loss: masks of twice the size
SEGNET = [
    *(0.2595, 0.1826, 4.5640, 0.1417, 0.9051, 0.3826, 9.6446),
    *(1.8418, 0.6823, 6.2478, 7.3614),
]


def test_the_weights_of_camvid_are_near_those_of_segnet():
    cfg, _ = built('weighted_fcn_r18_camvid')
    weights = cfg.model.decode_head.loss_decode.class_weight
    assert cfg.model.auxiliary_head.loss_decode.class_weight == weights
    names = cfg.train_dataloader.dataset.metainfo.classes
    found = dict(zip(names, weights, strict=True))
    published = dict(zip(names, SEGNET, strict=True))
    # the one in which the masks that we counted differ
    assert published.pop('signsymbol') > 2 * found.pop('signsymbol')
    for name, weight in published.items():
        assert found[name] == pytest.approx(weight, rel=0.21), name
    for head in (cfg.model.decode_head, cfg.model.auxiliary_head):
        del head.loss_decode['class_weight']
        head.loss_decode.avg_non_ignore = True
    stock, _ = built('stock_fcn_r18_camvid')
    assert cfg.model.to_dict() == stock.model.to_dict()


@pytest.mark.parametrize(
    'name', ['stock_fcn_r18_camvid', 'weighted_fcn_r18_camvid']
)
def test_the_loss_is_the_mean_over_the_labeled_pixels(name):
    """Of torch, with the weights of their classes where there are any."""
    cfg, head = built(name)
    scores, labels = torch.randn(2, 11, 6, 5), torch.randint(11, (2, 6, 5))
    labels[0, :3] = 255
    found = head.loss_decode(scores, labels, ignore_index=255)
    weights = cfg.model.decode_head.loss_decode.get('class_weight')
    expected = torch.nn.functional.cross_entropy(
        scores,
        labels,
        weight=None if weights is None else torch.tensor(weights),
        ignore_index=255,
    )
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)
