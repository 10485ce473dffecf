"""Batch normalization over all processes (``sync_bn='torch'``)."""

import pytest
import torch
from mmengine.config import Config
from mmengine.model.utils import convert_sync_batchnorm
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.runs.preflight import complete_config

from .trainings import ROOT


def test_every_batch_norm_of_a_network_is_converted():
    """What the runner does for ``sync_bn='torch'``, weights and all."""
    cfg = Config.fromfile(ROOT / 'configs/sade/resnet20_digitslt.py')
    model = MODELS.build(cfg.model)
    state = {k: v.clone() for k, v in model.state_dict().items()}
    converted = convert_sync_batchnorm(model, 'torch')
    kinds = [
        type(m)
        for m in converted.modules()
        if isinstance(m, nn.modules.batchnorm._BatchNorm)
    ]
    assert len(kinds) > 20
    assert set(kinds) == {nn.SyncBatchNorm}
    assert converted.state_dict().keys() == state.keys()
    for key, value in converted.state_dict().items():
        assert torch.equal(value, state[key])


def test_sync_bn_without_a_gpu_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    cfg = Config.fromfile(ROOT / 'configs/fcc/resnet20_digitslt.py')
    cfg.sync_bn = 'torch'
    cfg.launcher = 'pytorch'
    with pytest.raises(ValueError, match='no `sync_bn` without a GPU'):
        complete_config(cfg)
    cfg.launcher = 'none'  # the runner puts plain batch norm back
    assert complete_config(cfg).sync_bn == 'torch'
