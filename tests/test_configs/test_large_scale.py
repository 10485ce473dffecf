"""Recipes of the compared methods on ImageNet-LT, iNaturalist, Places-LT."""

import math

import numpy as np
import pytest
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import MODELS, PARAM_SCHEDULERS, TRANSFORMS
from torch import nn

from mmlt.functional.schedule import epoch_of
from mmlt.runs.recipes import NothingToChange, first_stage_recipe

from .recipes import RECIPES, load

NETWORKS = (
    'resnet10_imagenetlt',
    'resnet50_imagenetlt',
    'resnext50_imagenetlt',
    'resnet50_inat18',
    'resnet152_placeslt',
)
# of an optimizer wrapper that does not depend on the network
PARTS = ('type', 'rho', 'optimizer')


def each_epoch(cfg, name='lr'):
    """What a setting of the optimizer is in every epoch of a recipe."""
    net = nn.Linear(1, 1)
    settings = {k: v for k, v in cfg.optim_wrapper.items() if k in PARTS}
    wrapper = build_optim_wrapper(net, settings)
    schedulers = [
        PARAM_SCHEDULERS.build({**s, 'optimizer': wrapper})
        for s in cfg.param_scheduler
    ]
    found = []
    for _ in range(cfg.train_cfg.max_epochs):
        found.append(wrapper.optimizer.param_groups[0][name])
        wrapper.optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    return found


def cosine(top, epochs, bottom=0.0, first=0):
    """``first`` is 1 for code that steps the schedule before the epoch."""
    return [
        bottom + (top - bottom) * (1 + math.cos(math.pi * e / epochs)) / 2
        for e in range(first, epochs + first)
    ]


def steps(top, epochs, first, second):
    """A tenth after ``first`` and again after ``second`` epochs."""
    return [top * 0.1 ** ((e >= first) + (e >= second)) for e in range(epochs)]


def warm(first, second):
    """100 epochs of CMO and RIDE from 0.1, five of them of warm-up."""
    warm_up = [0.02, 0.04, 0.06, 0.08]
    return [*warm_up, *steps(0.1, 100, first, second)[4:]]


def long_cosine(rate):
    """400 epochs of GPaCo: ten of warm-up, a cosine of 391."""
    warm_up = [rate * (e + 1) / 10 for e in range(10)]
    return [
        *warm_up,
        *(
            rate * (1 + math.cos(math.pi * (e - 9) / 391)) / 2
            for e in range(10, 400)
        ),
    ]


LIFT_EPOCHS = dict(cifar100lt=10, imagenetlt=10, placeslt=10, inat18=20)
# batch, rate per epoch, weight decay, nesterov: from the published configs
# lijian16/FCC@ba9e7d3       configs/ImageNet_LT, configs/iNat18 (ResNet-10;
#                            cbce on iNaturalist)
# facebookresearch/classifier-balancing@f162ade
#                            config/*/cls_crt.yaml, config/*/cls_lws.yaml
# Vanint/SADE-AgnosticLT@cba11b8   configs/config_*_sade.json
# emasa/BalPoE-CalibratedLT@11f38d1   configs/mixup/standard_training
# frank-xwang/RIDE-LongTailRecognition@ab8be5c   configs/config_*_ride.json
# fistyee/MDCS@1a1d54e      configs/config_imagenet_lt_*_mdcs_e180.json
# naver-ai/cmo@10d2d09     imagenet_train.py, inat18_train.py, README.md
# sumyeongahn/CUDA_LTR@f4c8d35   large_scale/util/util.py, README.md
# hyperconnect/LADE@150181e   config/*/lade.yaml, README.md, run_networks.py
# dvlab-research/MiSLAS@0fc381e   config/*/*.yaml
# Megvii-BaseDetection/DisAlign@a2fc350   classification/imagenetlt/*/*.py
# scongl/Focal-SAM@86c13c6   scripts/*.sh, {imagenet,inat}_train_sam.py
# FlamieZhu/Balanced-Contrastive-Learning@f72d070   README.md
# LeapLabTHU/ProCo@af9e78e   sh/ProCo_*.sh
# dvlab-research/Parametric-Contrastive-Learning@fe56535   GPaCo/LT/paco_lt.py,
#                            GPaCo/LT/sh/LT/*_train_*.sh
# shijxcs/LIFT@1643432, shijxcs/LIFT-plus@ea555ea   README.md, configs
# Bazinga699/NCL@f64fddb           config/ImageNet_LT, iNat18, Places_LT
# SiLangWHL/vMF-OP@964d491         classification/config/ImageNet_LT/vmf.yaml:
#                            45 epochs with two views of each image, 90 here
# for a network that these do not have: the schedule of the one they have
PUBLISHED = {
    **{
        f'ce/{net}_imagenetlt': (512, cosine(0.2, 90, first=1), 5e-4, False)
        for net in ('resnet50', 'resnext50')
    },
    **{
        f'vmf/{net}_imagenetlt': (
            512,
            [rate for rate in cosine(0.2, 45, first=1) for _ in range(2)],
            5e-4,
            False,
        )
        for net in ('resnet50', 'resnext50')
    },
    'focal/resnet10_imagenetlt': (64, steps(0.2, 200, 159, 179), 1e-4, True),
    'cbce/resnet50_inat18': (128, steps(0.2, 100, 59, 79), 1e-4, True),
    'crt/resnet10_imagenetlt': (64, steps(0.1, 30, 9, 19), 5e-4, True),
    'crt/resnet50_imagenetlt': (512, cosine(0.2, 10, first=1), 5e-4, False),
    'crt/resnext50_imagenetlt': (512, cosine(0.2, 10, first=1), 5e-4, False),
    'crt/resnet50_inat18': (512, cosine(0.2, 30, first=1), 1e-4, False),
    'crt/resnet152_placeslt': (256, cosine(0.1, 10, first=1), 5e-4, False),
    'lws/resnet10_imagenetlt': (64, steps(0.1, 30, 9, 19), 5e-4, True),
    'lws/resnet50_imagenetlt': (512, cosine(0.2, 5, first=1), 5e-4, False),
    'lws/resnext50_imagenetlt': (512, cosine(0.2, 5, first=1), 5e-4, False),
    'lws/resnet50_inat18': (512, cosine(0.2, 5, first=1), 1e-4, False),
    'lws/resnet152_placeslt': (256, cosine(0.1, 5, first=1), 5e-4, False),
    'sade/resnet10_imagenetlt': (64, cosine(0.025, 180), 5e-4, True),
    'sade/resnet50_imagenetlt': (64, cosine(0.025, 180), 5e-4, True),
    'sade/resnext50_imagenetlt': (64, cosine(0.025, 180), 5e-4, True),
    'sade/resnet50_inat18': (
        512,
        [0.04, 0.08, 0.12, 0.16, 0.2, *steps(0.2, 100, 60, 80)[5:]],
        2e-4,
        True,
    ),
    'sade/resnet152_placeslt': (128, steps(0.01, 30, 10, 20), 4e-4, True),
    'balpoe/resnet50_imagenetlt': (64, cosine(0.025, 180), 5e-4, True),
    'balpoe/resnext50_imagenetlt': (64, cosine(0.025, 180), 5e-4, True),
    'balpoe/resnet50_inat18': (512, cosine(0.2, 100), 2e-4, True),
    **{
        f'ride/{net}_imagenetlt': (256, warm(60, 80), 2e-4, True)
        for net in ('resnet10', 'resnet50', 'resnext50')
    },
    'ride/resnet50_inat18': (
        512,
        [2 * rate for rate in warm(60, 80)],
        2e-4,
        True,
    ),
    'mdcs/resnet50_imagenetlt': (256, cosine(0.1, 180), 5e-4, True),
    'mdcs/resnext50_imagenetlt': (256, cosine(0.1, 180), 5e-4, True),
    'lade/resnext50_imagenetlt': (
        256,
        cosine(0.05, 180, first=1),
        5e-4,
        False,
    ),
    'lade/resnet50_inat18': (256, cosine(0.1, 200, first=1), 1e-4, False),
    'lade/resnet152_placeslt': (
        128,
        [*steps(0.05, 29, 9, 19), 5e-5],
        5e-4,
        False,
    ),
    'cmo/bsce_resnet50_imagenetlt': (256, warm(60, 80), 2e-4, False),
    'cmo/bsce_resnet50_inat18': (512, warm(75, 100), 2e-4, False),
    'cuda/resnet50_imagenetlt': (256, warm(60, 80), 2e-4, False),
    'cuda/ce_resnet50_inat18': (512, warm(60, 80), 2e-4, False),
    'disalign/resnext50_imagenetlt': (256, cosine(0.1, 10), 5e-4, False),
    'mislas/stage1_resnet50_imagenetlt': (256, cosine(0.1, 180), 5e-4, False),
    'mislas/stage1_resnet50_inat18': (256, cosine(0.1, 200), 1e-4, False),
    'mislas/resnet50_imagenetlt': (256, cosine(0.1, 10), 5e-4, False),
    'mislas/resnet50_inat18': (256, cosine(0.1, 10), 1e-4, False),
    'mislas/stage1_resnet152_placeslt': (256, cosine(0.1, 90), 5e-4, False),
    'mislas/resnet152_placeslt': (256, cosine(0.1, 10), 5e-4, False),
    'focal_sam/resnet50_imagenetlt': (256, cosine(0.1, 200), 5e-4, False),
    'focal_sam/resnet50_inat18': (512, cosine(0.2, 200), 2e-4, False),
    'bcl/resnet50_imagenetlt': (256, cosine(0.1, 90), 5e-4, False),
    'bcl/resnext50_imagenetlt': (256, cosine(0.1, 90), 5e-4, False),
    'bcl/resnet50_inat18': (256, cosine(0.2, 100), 1e-4, False),
    'proco/resnet50_imagenetlt': (256, cosine(0.1, 90), 5e-4, False),
    'proco/resnext50_imagenetlt': (256, cosine(0.1, 90), 5e-4, False),
    'proco/resnet50_inat18': (256, cosine(0.2, 90), 1e-4, False),
    'gpaco/resnet50_imagenetlt': (128, long_cosine(0.04), 5e-4, False),
    'gpaco/resnext50_imagenetlt': (128, long_cosine(0.06), 5e-4, False),
    'gpaco/resnet152_placeslt': (
        128,
        [0.02 * e / 5 for e in range(1, 6)] + cosine(0.02, 26, first=1)[:-1],
        5e-4,
        False,
    ),
    'gpaco/resnet50_inat18': (128, long_cosine(0.04), 1e-4, False),
    **{
        f'lift/vit-base-p16_{data}': (128, cosine(0.01, num), 5e-4, False)
        for data, num in LIFT_EPOCHS.items()
    },
    **{
        f'lift/plus_vit-base-p16_{data}': (
            128,
            cosine(0.02, 15 if data == 'inat18' else 5),
            5e-4,
            False,
        )
        for data in LIFT_EPOCHS
    },
    'ncl/resnet10_imagenetlt': (
        256,
        cosine(0.2, 200, 1e-4, first=1),
        2e-4,
        True,
    ),
    'ncl/resnet50_imagenetlt': (
        256,
        cosine(0.2, 200, 1e-4, first=1),
        2e-4,
        True,
    ),
    'ncl/resnext50_imagenetlt': (
        256,
        cosine(0.2, 200, 1e-4, first=1),
        2e-4,
        True,
    ),
    'ncl/resnet50_inat18': (512, cosine(0.2, 400, 1e-4, first=1), 2e-4, True),
    'ncl/resnet152_placeslt': (
        256,
        [7 / 750, 9 / 750, 11 / 750, 13 / 750, 0.02]
        + steps(0.02, 30, 9, 19)[5:],
        2e-4,
        True,
    ),
}


@pytest.mark.parametrize('name', PUBLISHED)
def test_schedule_is_the_published_one(name):
    batch, expected, decay, nesterov = PUBLISHED[name]
    cfg = load(name)
    assert cfg.train_dataloader.batch_size == batch
    sgd = cfg.optim_wrapper.optimizer
    assert (sgd.type, sgd.momentum) == ('SGD', 0.9)
    assert sgd.weight_decay == decay
    assert sgd.get('nesterov', False) == nesterov
    found = each_epoch(cfg)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_rho_of_focal_sam_doubles_in_epoch_160():
    """adjust_rho() of imagenet_train_sam.py: 0.1 before, 0.2 from it on."""
    cfg = load('focal_sam/resnet50_imagenetlt')
    assert each_epoch(cfg, 'rho') == [0.1] * 159 + [0.2] * 41


@pytest.mark.parametrize(
    ('name', 'loss'),
    [
        *((f'bsce/{n}', dict(type='BalancedSoftmaxLoss')) for n in NETWORKS),
        *(
            (f'la/{n}', dict(type='LogitAdjustedLoss', tau=1.0))
            for n in ('resnet50_imagenetlt', 'resnet50_inat18')
        ),
        (
            'focal/resnet10_imagenetlt',
            dict(type='OneVsAllFocalLoss', gamma=2.0),
        ),
        (
            'cbce/resnet50_inat18',
            dict(type='ClassBalancedCELoss', beta=0.9),
        ),
    ],
)
def test_a_loss_differs_from_cross_entropy_by_the_loss_alone(name, loss):
    ours, twin = load(name), load(f'ce/{name.split("/")[1]}')
    found = ours.model.head.pop('loss').to_dict()
    assert found == dict(loss, loss_weight=1.0)
    assert twin.model.head.pop('loss').type == 'CrossEntropyLoss'
    assert ours.to_dict() == twin.to_dict()


@pytest.mark.parametrize('name', NETWORKS)
@pytest.mark.parametrize(
    ('method', 'loss'),
    [
        ('cbfocal', dict(type='ClassBalancedFocalLoss', gamma=1.0, beta=0.9)),
        ('cdt', dict(type='CDTLoss', gamma=0.2)),
        (
            'cels',
            dict(
                type='LabelAwareSmoothLoss',
                head_smoothing=0.1,
                tail_smoothing=0.1,
            ),
        ),
        (
            'celas',
            dict(
                type='LabelAwareSmoothLoss',
                head_smoothing=0.4,
                tail_smoothing=0.1,
            ),
        ),
    ],
)
def test_an_overlay_differs_from_cross_entropy_by_the_loss_alone(
    method, loss, name
):
    """The loss of the method on CIFAR-100-LT, over the large recipes."""
    ours, twin = load(f'ce/{name}', method), load(f'ce/{name}')
    assert ours.pop('applied_overlays') == [method]
    found = ours.model.head.pop('loss')
    assert found == dict(loss, loss_weight=1.0)
    assert found == load(f'{method}/resnet32_cifar100lt').model.head.loss
    assert twin.model.head.pop('loss').type == 'CrossEntropyLoss'
    assert ours.to_dict() == twin.to_dict()
    said = f'dataset.type.* Take the recipe {method}/resnet32_cifar100lt.$'
    with pytest.raises(NothingToChange, match=said):
        load('ce/resnet32_cifar100lt', method)


@pytest.mark.parametrize(
    'name',
    ['resnet50_imagenetlt', 'resnext50_imagenetlt', 'resnet50_inat18'],
)
def test_dive_distils_balanced_softmax(name):
    student, teacher = load(f'dive/{name}'), load(f'bsce/{name}')
    assert first_stage_recipe(student).to_dict() == teacher.to_dict()
    assert student.model.pop('teacher') == teacher.model
    assert student.model.pop('type') == 'DistillClassifier'
    assert student.model.head.pop('loss') == dict(type='DiVELoss')
    assert student.pop('first_stage') == dict(
        config=f'mmlt::bsce/{name}.py',
        checkpoint_key='model.teacher_checkpoint',
    )
    assert teacher.model.pop('type') == 'LongTailClassifier'
    del teacher.model.head['loss']
    assert student.to_dict() == teacher.to_dict()


@pytest.mark.parametrize('name', ['resnet50_imagenetlt', 'resnet50_inat18'])
def test_post_hoc_adjustment_differs_by_the_head_alone(name):
    ours, twin = load(f'ce/{name}', 'post-hoc-la'), load(f'ce/{name}')
    ours.pop('applied_overlays')
    assert ours.model.head.pop('type') == 'LogitAdjustedClsHead'
    assert ours.model.head.pop('tau') == 1
    assert twin.model.head.pop('type') == 'LinearClsHead'
    assert ours.to_dict() == twin.to_dict()


def hooks(cfg):
    return [hook.type for hook in cfg.custom_hooks]


@pytest.mark.parametrize('name', NETWORKS)
@pytest.mark.parametrize('method', ['crt', 'lws', 'tau_norm'])
def test_a_second_stage_goes_on_from_cross_entropy(method, name):
    """The same network on the same images, but for the classifier."""
    second, first = load(f'{method}/{name}'), load(f'ce/{name}')
    assert second.first_stage.config == f'mmlt::ce/{name}.py'
    sampler = second.train_dataloader.sampler
    expected = dict(
        crt=['backbone'], lws=['backbone', 'head.fc'], tau_norm=None
    )[method]
    assert second.model.pop('frozen', None) == expected
    head = second.model.head
    if method == 'tau_norm':
        assert second.train_cfg.max_epochs == 0
        published = 'resnet10' in name  # FCC's config; elsewhere the paper's
        assert head.type == 'TauNormClsHead'
        assert (head.pop('tau'), head.pop('bias', False)) == (
            (1.0, True) if published else (0.7, False)
        )
    else:
        assert sampler == dict(
            type='LongTailSampler', strategy='class_balanced'
        )
    assert ('FreshPartsHook' in hooks(second)) == (method == 'crt')
    if method == 'lws':
        assert head.type == 'LWSClsHead'
    head.type = first.model.head.type
    assert second.model.to_dict() == first.model.to_dict()
    for key in ('train_dataloader.dataset', 'test_dataloader'):
        a, b = second, first
        for part in key.split('.'):
            a, b = a[part], b[part]
        assert a.to_dict() == b.to_dict()


# FCC on ImageNet-LT and iNaturalist as the published configs combine it
@pytest.mark.parametrize(
    ('name', 'begin', 'first'),
    [
        ('focal/resnet10_imagenetlt', 0.25, None),
        ('crt/resnet10_imagenetlt', 0, 0.25),
        ('tau_norm/resnet10_imagenetlt', None, 0.25),
        ('cbce/resnet50_inat18', 0, None),
    ],
)
def test_fcc_differs_from_its_twin_by_the_neck_alone(name, begin, first):
    ours, twin = load(name, 'fcc'), load(name)
    if first is not None:
        assert first_stage_recipe(ours).model.neck[-1].begin == first
    assert ours.pop('applied_overlays') == ['fcc']
    if begin is not None:
        assert ours.model.neck.pop() == dict(
            type='FCCNeck', gamma=0.1, begin=begin, order='frequency'
        )
    assert ours.to_dict() == twin.to_dict()


@pytest.mark.parametrize(
    ('name', 'kind', 'channels', 'tau'),
    [
        ('resnet10_imagenetlt', 'MultiExpertResNet10', (192, 384), 2),
        ('resnet50_imagenetlt', 'MultiExpertResNet', (768, 1536), 2),
        ('resnext50_imagenetlt', 'MultiExpertResNeXt', (768, 1536), 2),
        ('resnet50_inat18', 'MultiExpertResNet', (768, 1536), 1),
        ('resnet152_placeslt', 'MultiExpertResNet', None, 1),
    ],
)
def test_settings_of_sade(name, kind, channels, tau):
    model, plain = load(f'sade/{name}').model, load(f'ce/{name}').model
    backbone, head = model.backbone, model.head
    assert backbone.type == kind
    assert backbone.get('expert_channels') == channels
    assert backbone.depth == plain.backbone.depth
    assert backbone.num_experts == head.num_experts == 3
    assert (head.type, head.scale, head.tau) == ('SADEClsHead', 30, tau)
    assert head.in_channels == (channels[-1] if channels else 2048)
    assert head.num_classes == plain.head.num_classes


@pytest.mark.parametrize(
    ('name', 'taus', 'alpha'),
    [
        ('resnet32_cifar100lt', (0, 1, 2), 0.4),
        ('resnet32_cifar10lt', (0, 1, 2), 0.4),
        ('resnet50_imagenetlt', (0, 1.25, 2.5), 0.3),
        ('resnext50_imagenetlt', (0, 1.25, 2.5), 0.3),
        ('resnet50_inat18', (-1, 1, 3), 0.2),
    ],
)
def test_settings_of_balpoe(name, taus, alpha):
    cfg = load(f'balpoe/{name}')
    head, plain = cfg.model.head, load(f'ce/{name}').model.head
    assert (head.type, head.scale, head.taus) == ('BalPoEClsHead', 30, taus)
    # as wide as the plain network: `reduce_dimension` is false
    assert head.in_channels == plain.in_channels
    assert head.num_classes == plain.num_classes
    assert cfg.data_preprocessor.mixing == dict(type='BatchMixup', alpha=alpha)


@pytest.mark.parametrize(
    ('name', 'channels', 'factor', 'spread'),
    [
        ('resnet32_cifar10lt', (24, 48), -0.45, 0.05),
        ('resnet32_cifar100lt', (24, 48), -0.45, 0.05),
        ('resnet10_imagenetlt', (192, 384), -0.2, 0.02),
        ('resnet50_imagenetlt', (768, 1536), -0.2, 0.02),
        ('resnext50_imagenetlt', (768, 1536), -0.2, 0.02),
        ('resnet50_inat18', (768, 1536), -0.2, 0.015),
    ],
)
def test_settings_of_ride(name, channels, factor, spread):
    model, plain = load(f'ride/{name}').model, load(f'ce/{name}').model
    assert model.backbone.expert_channels == channels
    assert model.head.in_channels == channels[-1]
    head = MODELS.build(model.head)
    assert (head.num_experts, head.scale) == (3, 30)
    assert (head.diversity_factor, head.spread) == (factor, spread)
    assert head.num_classes == plain.head.num_classes
    assert (head.loss_module.begin, head.loss_module.before.max_margin) == (
        0.8,
        15,
    )


@pytest.mark.parametrize(
    ('name', 'channels', 'epochs'),
    [
        ('resnet32_cifar10lt', (24, 48), 400),
        ('resnet32_cifar100lt', (24, 48), 400),
        ('resnet50_imagenetlt', (768, 1536), 180),
        ('resnext50_imagenetlt', (768, 1536), 180),
    ],
)
def test_settings_of_mdcs(name, channels, epochs):
    cfg, plain = load(f'mdcs/{name}'), load(f'ce/{name}')
    assert cfg.model.backbone.expert_channels == channels
    assert cfg.model.head.in_channels == channels[-1]
    head = MODELS.build(cfg.model.head)
    assert (head.taus, head.scale) == ((-0.5, 1, 2.5), 30)
    assert head.consistency_weight == 0.6
    assert cfg.train_cfg.max_epochs == epochs
    assert epoch_of(head.warmup, epochs) == 20
    assert head.num_classes == plain.model.head.num_classes
    own = plain.data_preprocessor.augments
    views = MODELS.build(cfg.data_preprocessor)
    assert len(views.others) == 1
    assert cfg.data_preprocessor.augments[: len(own)] == own
    assert cfg.data_preprocessor.second_augments[: len(own)] == own


def test_all_but_the_classifiers_learns_at_a_tenth_of_the_rate_on_places():
    """As Vanint/SADE-AgnosticLT@cba11b8 train_places.py#L67-L84."""
    net = nn.ModuleDict(
        dict(
            backbone=nn.ModuleDict(
                dict(conv1=nn.Linear(1, 1), experts=nn.Linear(1, 1))
            ),
            head=nn.Linear(1, 1),
        )
    )
    cfg = load('sade/resnet152_placeslt').optim_wrapper
    cfg.type = 'OptimWrapper'
    groups = build_optim_wrapper(net, cfg).optimizer.param_groups
    names = [name for name, _ in net.named_parameters()]
    found = {n: g['lr'] for n, g in zip(names, groups, strict=True)}
    assert found == {
        f'{part}.{p}': pytest.approx(rate)
        for part, rate in (
            ('backbone.conv1', 0.001),
            ('backbone.experts', 0.001),
            ('head', 0.01),
        )
        for p in ('weight', 'bias')
    }


@pytest.mark.parametrize(
    ('name', 'scale', 'num_hard'),
    [
        ('resnet10_imagenetlt', 16, 300),
        ('resnet50_imagenetlt', 16, 300),
        ('resnext50_imagenetlt', 16, 300),
        ('resnet50_inat18', 32, 2442),
        ('resnet152_placeslt', 16, 122),
    ],
)
def test_settings_of_ncl(name, scale, num_hard):
    model, plain = load(f'ncl/{name}').model, load(f'ce/{name}').model
    assert model.type == 'NCLClassifier'
    assert model.backbone == plain.backbone
    assert model.num_experts == 3
    head = MODELS.build(dict(model.head, in_channels=2))
    assert (head.num_experts, head.scale) == (3, scale)
    assert (head.num_hard, head.distill_weight) == (num_hard, 0.6)
    assert head.excluded == 'zero'
    # Bazinga699/NCL@f64fddb lib/net/network.py#L15-L34
    assert all(not c.bias.any() for c in head.classifiers)
    assert all(c.bias.requires_grad for c in head.classifiers)
    assert not model.head.unit_rows
    assert model.head.in_channels == plain.head.in_channels


def test_contrast_of_ncl_on_places():
    """Settings of the published config; the views share their crop."""
    ours = load('ncl/resnet152_placeslt_contrast')
    plain = load('ncl/resnet152_placeslt')
    contrast = ours.model.pop('contrast')
    assert (contrast.dim, contrast.queue_size) == (1024, 65536)
    assert contrast.in_channels == ours.model.head.in_channels
    built = MODELS.build(
        dict(contrast, queue_size=8, encoder=nn.Linear(1, 1), in_channels=2)
    )
    assert (built.temperature, built.momentum) == (0.2, 0.999)
    views = ours.data_preprocessor
    assert views.pop('type') == 'TwoViewDataPreprocessor'
    assert views.pop('second_augments') == views.augments
    assert plain.data_preprocessor.pop('type') == 'BatchDataPreprocessor'
    assert ours.to_dict() == plain.to_dict()


LAST_BLOCK = 'backbone.layer4.2.'


def is_convolution(name):
    return '.conv' in name or 'downsample.0' in name


@pytest.mark.parametrize(
    ('recipe', 'is_trained'),
    [
        # disable_conv() and "fix" of paco_fp16_places.py: not those of
        # batch normalization
        (
            'gpaco/resnet152_placeslt',
            lambda name: (
                name.startswith(LAST_BLOCK) or not is_convolution(name)
            ),
        ),
        # the optimizer of train_stage1.py
        (
            'mislas/stage1_resnet152_placeslt',
            lambda name: name.startswith((LAST_BLOCK, 'head.')),
        ),
    ],
)
def test_what_is_trained_on_placeslt(recipe, is_trained):
    model = load(recipe).model
    model.backbone.init_cfg = None
    model.backbone.base_channels = 4
    model.head.in_channels = 128
    net = MODELS.build(model)
    trained = {n for n, p in net.named_parameters() if p.requires_grad}
    names = {name for name, _ in net.named_parameters()}
    assert trained == set(filter(is_trained, names))
    assert len(names) - len(trained) > 100
    net.train()
    follows = {n for n, m in net.named_modules() if m.training}
    moving = [n for n in follows if n.endswith(('bn1', 'bn2', 'bn3'))]
    if recipe.startswith('mislas'):  # model.eval(), block.train()
        assert set(moving) == {f'{LAST_BLOCK}bn{i}' for i in (1, 2, 3)}
    else:
        assert len(moving) == 1 + 3 * (3 + 8 + 36 + 3)


# which methods there are for each network; another pair is in no source, and
@pytest.mark.parametrize('name', NETWORKS)
@pytest.mark.parametrize(
    'method',
    ['ce', 'vmf', 'bsce', 'crt', 'tau_norm', 'lws', 'sade', 'ncl'],
)
def test_every_method_has_a_recipe_for_every_network(method, name):
    cfg = load(f'{method}/{name}')
    base = cfg.train_dataloader.batch_size  # what the learning rate is for
    assert cfg.auto_scale_lr.base_batch_size == base


@pytest.mark.parametrize('data', ['imagenetlt', 'inat18'])
def test_rand_augment_of_ncl(data):
    """Strengths at magnitude 10 are timm's for a name without `inc1`."""
    cfg = load(f'ncl/resnet50_{data}')
    colors = [a.type for a in cfg.data_preprocessor.augments]
    assert colors == ['BatchRandomFlip', 'BatchColorJitter']
    pipeline = cfg.train_dataloader.dataset.pipeline
    kinds = [t.type for t in pipeline]
    assert kinds == [
        'LoadImageFromFile', 'RandomResizedCrop', 'RandAugment', 'PackInputs'
    ]  # fmt: skip
    augment = pipeline[2]
    assert (augment.num_policies, augment.magnitude_level) == (2, 10)
    assert augment.magnitude_std == 0.5
    strengths = dict(
        AutoContrast=None, Equalize=None, Invert=None, Rotate=30, Posterize=4,
        Solarize=256, SolarizeAdd=110, ColorTransform=0.9, Contrast=0.9,
        Brightness=0.9, Sharpness=0.9, Shear=0.3, Translate=0.45,
    )  # fmt: skip
    assert len(augment.policies) == 15
    assert {p.type for p in augment.policies} == set(strengths)
    for policy in augment.policies:
        part = TRANSFORMS.build(dict(policy, magnitude_level=10))
        assert part.prob == 0.5
        if strengths[policy.type] is not None:
            assert part.random_magnitude() == pytest.approx(
                strengths[policy.type]
            )
    crop, rand = (TRANSFORMS.build(dict(t)) for t in pipeline[1:3])
    rng = np.random.RandomState(0)
    for _ in range(20):
        image = rng.randint(0, 256, (70, 90, 3)).astype(np.uint8)
        out = rand(crop(dict(img=image, img_shape=(70, 90))))['img']
        assert (out.shape, out.dtype) == ((224, 224, 3), np.uint8)


@pytest.mark.parametrize(
    ('name', 'count'), [('ce/resnet50', 16), ('ce/resnext50', 16)]
)
def test_residual_branches_begin_with_their_normalization_at_one(name, count):
    """As SiLangWHL/vMF-OP@964d491 classification/models/ResNextFeature.py."""
    network = load(f'{name}_imagenetlt').model.backbone
    net = MODELS.build(dict(network, base_channels=4))
    net.init_weights()
    last = [
        m.weight
        for n, m in net.named_modules()
        if n.endswith(('bn3', 'norm3'))
    ]
    assert len(last) == count
    assert all((weight == 1).all() for weight in last)


@pytest.mark.parametrize(
    'recipe',
    [r for r in RECIPES if 'resnext' in r.name or 'resnet50' in r.name],
)
def test_no_recipe_from_scratch_begins_with_residual_branches_at_zero(recipe):
    assert load(recipe).model.backbone.zero_init_residual is False


def test_sade_has_no_rand_augment():
    cfg = load('sade/resnext50_imagenetlt')
    plain = load('ce/resnext50_imagenetlt')
    assert cfg.data_preprocessor == plain.data_preprocessor
    ours, theirs = (c.train_dataloader.dataset.pipeline for c in (cfg, plain))
    assert ours == theirs


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
def test_the_second_view_of_gpaco_is_cropped_as_pacos(data):
    """``scale=(0.2, 1.)``: PaCo/LT/paco_cifar.py of GPaCo@fe56535."""
    cfg = load(f'gpaco/resnet32_{data}')
    crop, *colors = cfg.data_preprocessor.second_augments
    assert (crop.type, crop.scale) == ('BatchRandomResizedCrop', (0.2, 1.0))
    # ProCo's are torchvision's default, 0.08
    proco = load(f'proco/resnet32_{data}').data_preprocessor
    for first, *others in proco.other_augments:
        assert 'scale' not in first
        assert others == colors


def test_mislas_jitters_colors_on_inaturalist():
    """``ColorJitter(0.4, 0.4, 0.4, hue=0)``: datasets/ina2018.py#L96."""
    for stage in ('stage1_', ''):
        cfg = load(f'mislas/{stage}resnet50_inat18')
        flip, jitter = cfg.data_preprocessor.augments
        assert flip.type == 'BatchRandomFlip'
        assert jitter == dict(
            type='BatchColorJitter',
            brightness=0.4,
            contrast=0.4,
            saturation=0.4,
        )
        mixes = cfg.data_preprocessor.get('mixing') is not None
        assert mixes == bool(stage)


@pytest.mark.parametrize('method', ['bcl', 'proco'])
@pytest.mark.parametrize('data', ['resnet50_imagenetlt', 'resnet50_inat18'])
def test_classifiers_of_bcl_and_proco_begin_at_length_one(method, data):
    """`uniform_(-1, 1).renorm_(2, 1, 1e-5).mul_(1e5)`, models/resnext.py."""
    head = MODELS.build(load(f'{method}/{data}').model.head)
    head.init_weights()
    lengths = head.fc.weight.norm(dim=1)
    assert lengths.mean().item() == pytest.approx(1, abs=2e-3)
    assert lengths.std() < 0.02
