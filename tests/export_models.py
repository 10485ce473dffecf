"""Models with random weights for the tests of what leaves the project."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

import mmlt.models  # noqa: F401 (registers the parts)

ROOT = Path(__file__).parents[1]


def build(settings):
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        return MODELS.build(settings).eval()


def imagenet(head, backbone=None, neck=None):
    """A recipe for image files, with a small network of the parent."""
    config = Config.fromfile(ROOT / 'configs/ce/resnext50_imagenetlt.py')
    config.model = dict(
        type='LongTailClassifier',
        backbone=backbone or dict(type='ResNet', depth=18),
        neck=neck
        or [
            dict(type='GlobalAveragePooling'),
            dict(type='FCCNeck', gamma=0.5),
        ],
        head=dict(num_classes=6, in_channels=512, **head),
    )
    return config


def save_run(folder, config, classes):
    """A work directory as a training leaves it, with random weights."""
    model = build(
        dict(config.model, data_preprocessor=config.data_preprocessor)
    )
    for module in model.modules():
        if hasattr(module, 'set_class_counts'):
            counts = list(range(100, 0, -10))[: len(classes)]
            module.set_class_counts(counts)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    folder.mkdir()
    config.dump(folder / 'recipe.py')
    meta = {'dataset_meta': {'classes': classes}}
    torch.save(
        {'state_dict': model.state_dict(), 'meta': meta, 'optimizer': {}},
        folder / 'epoch_1.pth',
    )
    (folder / 'last_checkpoint').write_text(str(folder / 'epoch_1.pth'))
    return model
