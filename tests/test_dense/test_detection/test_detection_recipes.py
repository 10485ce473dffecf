"""The recipes of detection: what they are built of."""

import ast
import copy
import hashlib
from pathlib import Path

import pytest
import torch

pytest.importorskip('mmdet')
from mmdet.registry import DATASETS, METRICS, MODELS
from mmengine.utils import import_modules_from_strings

from mmlt import load_recipe
from mmlt.dense import CheckedLVISDataset, FastLVISMetric, VMFLinear
from mmlt.runs.preflight import complete_config

FOLDER = Path(__file__).parents[3] / 'configs/vmf_det'
# of the names of the 1,203 categories, one a line, in their order
DIGEST = 'ec0290d86a7d76b7f7057c9af07ea20fb7888b3e1a81f5c3200aa07106281b8d'
# ours -> the one beside it, epochs
RECIPES = {
    'mask-rcnn_r50_lvis': ('stock_mask-rcnn_r50_lvis', 12),
    'mask-rcnn_r50_lvis-2x': ('seesaw_mask-rcnn_r50_lvis-2x', 24),
}


def built(name):
    cfg = complete_config(load_recipe(f'vmf_det/{name}'))
    import_modules_from_strings(**cfg.custom_imports)
    cfg.model.backbone.init_cfg = None  # a file to download
    return cfg, MODELS.build(copy.deepcopy(cfg.model))


@pytest.mark.parametrize('name', RECIPES)
def test_a_recipe_is_its_twin_but_for_the_classifier(name):
    twin, epochs = RECIPES[name]
    ours, detector = built(name)
    head = detector.roi_head.bbox_head
    assert isinstance(head.fc_cls, VMFLinear)
    assert head.fc_cls.weight.shape == (1203, 1024)
    torch.testing.assert_close(head.fc_cls.kappa, torch.full((1203,), 16.0))
    assert head.custom_activation
    theirs = complete_config(load_recipe(f'vmf_det/{twin}'))
    assert ours.train_cfg.max_epochs == epochs
    rate = ours.optim_wrapper.pop('paramwise_cfg')
    assert rate.custom_keys['fc_cls.kappa'].decay_mult == 0
    assert ours.custom_hooks.pop(0).type == 'InstanceCountsHook'
    for cfg in (ours, theirs):
        box_head = cfg.model.roi_head.bbox_head
        box_head.pop('cls_predictor_cfg', None)
        box_head.pop('loss_cls')
        cfg.model.backbone.init_cfg = None
        for key in ('custom_hooks', 'bbox_head'):
            cfg.pop(key, None)
    assert ours.to_dict() == theirs.to_dict()


@pytest.mark.parametrize('name', ['stock_mask-rcnn_r50_lvis', *RECIPES])
def test_the_data_and_the_numbers_are_those_of_lvis(name):
    cfg = complete_config(load_recipe(f'vmf_det/{name}'))
    balanced = cfg.train_dataloader.dataset
    assert balanced.type == 'ClassBalancedDataset'
    assert balanced.oversample_thr == 1e-3
    for part in (balanced.dataset, cfg.test_dataloader.dataset):
        assert DATASETS.get(part.type) is CheckedLVISDataset
        assert part.data_root == 'data/lvis_v1/'
    assert METRICS.get(cfg.test_evaluator.type) is FastLVISMetric
    assert cfg.test_evaluator == cfg.val_evaluator
    assert cfg.model.test_cfg.rcnn.max_per_img == 300
    assert cfg.train_dataloader.collate_fn.type == 'pseudo_collate'
    assert (
        cfg.default_hooks.checkpoint.type == 'mmpretrain.WholeCheckpointHook'
    )


def test_the_classes_are_as_lvis_writes_them():
    """Against lvis_v1_train_cat_info.json of Detic.

    That is from lvis_v1_train.json, and in facebookresearch/Detic.
    """
    names = CheckedLVISDataset.METAINFO['classes']
    digest = hashlib.sha256('\n'.join(names).encode()).hexdigest()
    assert len(names) == 1203
    assert digest == DIGEST


@pytest.mark.parametrize('path', sorted(FOLDER.glob('*.py')), ids=str)
def test_a_recipe_is_short(path):
    text = path.read_text()
    docstring = ast.parse(text).body[0].end_lineno
    lines = [line.strip() for line in text.splitlines()[docstring:]]
    code = [line for line in lines if line and not line.startswith('#')]
    assert len(code) <= 20
    assert f'configs/vmf_det/{path.name}' in text
