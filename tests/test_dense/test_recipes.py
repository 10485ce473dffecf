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
