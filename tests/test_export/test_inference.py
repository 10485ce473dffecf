"""The parent's inferencer with recipes of ours."""

import copy

import mmcv
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpretrain import ImageClassificationInferencer

import mmlt.models  # noqa: F401 (registers the parts)
from mmlt.export.inference import (
    inference_config,
    input_size,
    network_reads_rgb,
)
from tests.export_models import ROOT, build, imagenet

DIGITS = str(ROOT) + '/configs/fcc/resnet20_digitslt.py'
CIFAR = str(ROOT) + '/configs/ce/resnet32_cifar10lt.py'


def saved(config, path):
    """A checkpoint with random weights, and its model."""
    settings = copy.deepcopy(config.model)
    settings.data_preprocessor = config.data_preprocessor
    model = build(settings)
    meta = {'dataset_meta': {'classes': list('abcdefghij')}}
    torch.save({'state_dict': model.state_dict(), 'meta': meta}, path)
    return model


def test_an_in_memory_recipe_reads_files_and_arrays(tmp_path):
    """Same scores as the recipe's own path has on its RGB array."""
    config = Config.fromfile(CIFAR)
    path = str(tmp_path / 'epoch_1.pth')
    model = saved(config, path)
    rgb = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    mmcv.imwrite(rgb[..., ::-1], str(tmp_path / 'image.png'))

    inferencer = ImageClassificationInferencer(
        inference_config(CIFAR), pretrained=path, device='cpu'
    )
    results = inferencer([str(tmp_path / 'image.png'), rgb[..., ::-1]])
    tensor = torch.tensor(rgb).permute(2, 0, 1)[None]
    inputs = model.data_preprocessor({'inputs': tensor})['inputs']
    with torch.no_grad():
        expected = model(inputs, mode='tensor').softmax(1)[0].numpy()
    for result in results:
        np.testing.assert_allclose(result['pred_scores'], expected, rtol=1e-5)
        assert result['pred_class'] == 'abcdefghij'[expected.argmax()]


def test_a_recipe_for_files_needs_no_change(tmp_path):
    config = imagenet(dict(type='VMFClsHead'))
    assert inference_config(config).to_dict() == config.to_dict()
    path = str(tmp_path / 'epoch_1.pth')
    saved(config, path)
    inferencer = ImageClassificationInferencer(
        config, pretrained=path, device='cpu'
    )
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    (result,) = inferencer(image)
    assert result['pred_scores'].shape == (6,)
    assert result['pred_scores'].sum() == pytest.approx(1, abs=1e-6)


def test_input_size():
    assert input_size(Config.fromfile(DIGITS)) == 8
    assert input_size(Config.fromfile(CIFAR)) == 32
    config = imagenet(dict(type='LinearClsHead'))
    assert input_size(config) == 224
    dataset = config.test_dataloader.dataset
    dataset.pipeline = [dict(type='Resize', scale=(64, 48))]
    assert input_size(config) == (48, 64)
    dataset.pipeline = [dict(type='PackInputs')]
    with pytest.raises(ValueError, match='Pass the size'):
        input_size(config)


def test_channel_order():
    assert network_reads_rgb(Config.fromfile(CIFAR))
    config = imagenet(dict(type='LinearClsHead'))
    assert network_reads_rgb(config)
    config.data_preprocessor.to_rgb = False
    assert not network_reads_rgb(config)


def test_a_config_without_a_test_set_is_refused():
    with pytest.raises(ValueError, match='to have a `test_dataloader`'):
        inference_config(Config(dict(model=dict(type='LongTailClassifier'))))
