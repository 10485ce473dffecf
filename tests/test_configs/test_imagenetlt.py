"""Recipes on ImageNet-LT and iNaturalist: schedules, FCC, LoRA."""

import re
from pathlib import Path

import mmpretrain
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmpretrain.registry import MODELS, PARAM_SCHEDULERS
from scipy.stats import spearmanr

from mmlt.datasets.known_splits import KNOWN_SPLITS
from mmlt.models import FCCNeck

from .recipes import CONFIGS, load

COUNTS = KNOWN_SPLITS['imagenetlt']['train'].counts


def rates(cfg):
    """Learning rate of every epoch."""
    settings = dict(cfg.optim_wrapper.optimizer)
    kind = getattr(torch.optim, settings.pop('type'))
    net = torch.nn.Linear(1, 1)
    wrapper = OptimWrapper(optimizer=kind(net.parameters(), **settings))
    schedulers = [
        PARAM_SCHEDULERS.build({**s, 'optimizer': wrapper})
        for s in cfg.param_scheduler
    ]
    found = []
    for _ in range(cfg.train_cfg.max_epochs):
        found.append(wrapper.optimizer.param_groups[0]['lr'])
        wrapper.optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    return found


@pytest.mark.parametrize(
    ('name', 'batch', 'epochs', 'drops'),
    # published (epochs counted from 1), in this order:
    # https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/configs/ImageNet_LT/imagenetlt_baseline.yaml#L28-L41
    # https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/configs/ImageNet_LT/imagenetlt_baseline.yaml#L28-L41
    # https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/configs/iNat18/iNat18_baseline.yaml#L28-L41
    [
        ('ce/resnet10_imagenetlt.py', 64, 200, (160, 180)),
        ('ce/resnet10_imagenetlt_100e.py', 512, 100, (60, 80)),
        ('ce/resnet50_inat18.py', 128, 100, (60, 80)),
    ],
)
def test_published_schedules(name, batch, epochs, drops):
    cfg = load(name)
    found = rates(cfg)
    first, second = drops
    expected = [0.2] * (first - 1) + [0.02] * (second - first)
    expected += [0.002] * (epochs - second + 1)
    assert found == pytest.approx(expected, rel=1e-12)
    assert cfg.train_dataloader.batch_size == batch
    assert cfg.auto_scale_lr.base_batch_size == batch
    sgd = cfg.optim_wrapper.optimizer
    assert (sgd.momentum, sgd.nesterov, sgd.weight_decay) == (0.9, True, 1e-4)


def test_only_imagenet_lt_changes_colors():
    for name, jitters in (('imagenetlt', True), ('inat18', False)):
        cfg = Config.fromfile(CONFIGS / f'_base_/datasets/{name}.py')
        crop = cfg.train_dataloader.dataset.pipeline[1]
        assert (crop.type, crop.scale) == ('RandomResizedCrop', 224)
        kinds = [a.type for a in cfg.data_preprocessor.augments]
        assert kinds == ['BatchRandomFlip', 'BatchColorJitter'][: 1 + jitters]


@pytest.mark.parametrize(
    'name',
    [
        'resnet10_imagenetlt.py',
        'resnet50_imagenetlt.py',
        'resnext50_imagenetlt.py',
        'resnet50_inat18.py',
        'resnet152_placeslt.py',
    ],
)
def test_fcc_differs_from_its_twin_by_the_neck_alone(name):
    ours, twin = load(f'ce/{name}', 'fcc'), load(f'ce/{name}')
    assert ours.pop('applied_overlays') == ['fcc']
    fcc = ours.model.neck.pop()
    assert ours.to_dict() == twin.to_dict()
    begin = 0 if 'inat18' in name else 0.25
    assert fcc == dict(
        type='FCCNeck', gamma=0.1, begin=begin, order='frequency'
    )


def tau_of(recipe):
    settings = dict(load(recipe).model.neck[-1])
    assert settings.pop('type') == 'FCCNeck'
    neck = FCCNeck(**settings)
    neck.set_class_counts(COUNTS)
    return neck.tau


def test_tau_follows_the_counts_of_imagenet_lt_by_frequency_alone():
    """Class ids say nothing of the counts there, so tau by id does not."""
    by_rank = tau_of('fcc/resnet10_imagenetlt.py')
    by_index = tau_of('fcc/resnet10_imagenetlt_order-index.py')
    # the same 1,000 factors, on other classes
    torch.testing.assert_close(
        by_rank.sort().values, by_index.sort().values, rtol=0, atol=0
    )
    assert spearmanr(by_rank, COUNTS).statistic > 0.9999
    assert spearmanr(by_index, COUNTS).statistic == pytest.approx(
        0.0083, abs=1e-4
    )
    counts = torch.tensor(COUNTS)
    many, few = counts > 100, counts < 20
    # mean factor of the many- and of the few-shot classes
    by_rank_gap = (by_rank[many].mean() - by_rank[few].mean()).item()
    by_index_gap = (by_index[many].mean() - by_index[few].mean()).item()
    # ranks 0..384 and 864..999: 0.1 * (931.5 - 192) / 1000
    assert by_rank_gap == pytest.approx(0.07395, abs=1e-6)
    assert abs(by_index_gap) < 0.003
    # the class with most images
    assert by_rank.argmax() == COUNTS.index(1280) == 86
    assert by_index.argmax() == 0


@pytest.fixture
def lora():
    cfg = load('bsce/vit-base-p16-lora_imagenetlt.py')
    cfg.model.backbone.module.arch = dict(
        embed_dims=24, num_layers=2, num_heads=2, feedforward_channels=48
    )
    cfg.model.head.in_channels = 24
    return cfg


@pytest.mark.parametrize(
    'recipe',
    [
        'bsce/vit-base-p16-lora_imagenetlt.py',
        'lift/vit-base-p16_imagenetlt.py',
    ],
)
def test_the_prefix_is_what_the_parents_clip_calls_its_vision_network(recipe):
    """From its file: importing it needs another package."""
    folder = Path(mmpretrain.__file__).parent
    text = (folder / 'models/multimodal/clip/clip.py').read_text()
    (name,) = re.findall(
        r'self\.(\w+) = MODELS.build\(vision_backbone\)', text
    )
    inner = load(recipe).model.backbone.module
    assert inner.init_cfg.prefix == name


def test_lora_trains_lora_and_head_from_given_weights(lora, tmp_path):
    """On a ViT of two small layers; its weights in the parent's format."""
    inner = lora.model.backbone.module
    plain = MODELS.build({k: v for k, v in inner.items() if k != 'init_cfg'})
    path = tmp_path / 'clip.pth'
    state = {f'visual.{k}': v for k, v in plain.state_dict().items()}
    torch.save({'state_dict': state}, path)
    inner.init_cfg.checkpoint = str(path)
    model = MODELS.build(lora.model)
    trained = {n for n, p in model.named_parameters() if p.requires_grad}
    assert {'head.fc.weight', 'head.fc.bias'} <= trained
    assert all('.lora_' in n for n in trained if not n.startswith('head.'))
    assert len(trained) == 2 + 2 * 2  # two matrices in each of two layers
    # LoRA begins at zero: the features are those of the given weights
    images = torch.randn(2, 3, 224, 224)
    for net in (plain, model):
        net.eval()
    torch.testing.assert_close(
        model.backbone(images)[-1], plain(images)[-1], rtol=1e-5, atol=1e-6
    )
    # and a checkpoint holds what was trained, not the frozen network
    keys = set(model.state_dict())
    assert trained <= keys
    assert not any('ln1' in key for key in keys)


def test_lora_without_weights_is_refused(lora):
    with pytest.raises(FileNotFoundError, match='clip_vit-base-p16.pth'):
        MODELS.build(lora.model)
