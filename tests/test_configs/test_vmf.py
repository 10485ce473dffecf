"""Every recipe of configs/vmf: builds, takes one step, is short."""

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import METRICS, MODELS

from mmlt.evaluation import ClassOverlap
from mmlt.structures import BatchDataSample

from .recipes import CONFIGS, load

FOLDER = CONFIGS / 'vmf'
RECIPES = sorted(path.stem for path in FOLDER.glob('*.py'))
COUNTS = {
    10: [90, 40, 30, 9, 8, 7, 6, 5, 4, 3],
    **{c: list(range(c + 1, 1, -1)) for c in (100, 365, 1000, 8142)},
}


def build(name, *overlays):
    torch.manual_seed(0)
    cfg = load(name if '/' in name else f'vmf/{name}', *overlays)
    model = MODELS.build(cfg.model)
    num_classes = cfg.model.head.num_classes
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(COUNTS[num_classes])
        if hasattr(part, 'set_progress'):
            part.set_progress(150, 200)  # FCC is on
    return cfg, model, num_classes


def batch(num_classes):
    torch.manual_seed(1)
    labels = torch.arange(6) % num_classes
    return torch.randn(6, 3, 32, 32), [BatchDataSample(gt_label=labels)]


@pytest.mark.parametrize('name', RECIPES)
def test_it_builds_and_takes_a_step(name):
    cfg, model, num_classes = build(name)
    assert cfg.data_preprocessor.num_classes == num_classes
    optimizer = build_optim_wrapper(
        model, dict(cfg.optim_wrapper, _scope_='mmpretrain')
    )
    before = model.head.fc.weight.detach().clone()
    losses = model.loss(*batch(num_classes))
    total = sum(losses.values())
    assert torch.isfinite(total)
    optimizer.update_params(total)
    assert not torch.equal(model.head.fc.weight, before)
    decay = {
        id(p): group['weight_decay']
        for group in optimizer.optimizer.param_groups
        for p in group['params']
    }
    if '_cosine' not in name:
        assert (model.head.kappa != model.head.kappa[0]).any()
        assert decay[id(model.head.kappa_raw)] == 0
    assert decay[id(model.head.fc.weight)] > 0
    for evaluator in cfg.val_evaluator, cfg.test_evaluator:
        metrics = [METRICS.build(metric) for metric in evaluator.metrics]
        assert any(isinstance(metric, ClassOverlap) for metric in metrics)


@pytest.mark.parametrize(
    ('name', 'kappa', 'std'),
    [
        ('resnet32_cifar100lt', 16, 0),
        ('resnet32_cifar100lt_kappa8', 8, 0),
        ('resnet32_cifar100lt_kappa24', 24, 0),
        ('resnet32_cifar100lt_kappa32', 32, 0),
        ('resnet32_cifar100lt_kappa16-std1', 16, 1),
    ],
)
def test_initial_concentrations(name, kappa, std):
    found = build(name)[1].head.kappa
    assert found.mean().item() == pytest.approx(kappa, abs=0.3)
    assert found.std().item() == pytest.approx(std, abs=0.2)


@pytest.mark.parametrize(
    ('overlays', 'keys'),
    [
        ([], {'loss'}),
        (['icd'], {'loss', 'loss_icd'}),
        (['cfc'], {'loss', 'loss_cfc'}),
        (['icd', 'cfc'], {'loss', 'loss_icd', 'loss_cfc'}),
    ],
)
def test_further_losses(overlays, keys):
    _, model, size = build('resnet20_digitslt', *overlays)
    assert model.loss(*batch(size)).keys() == keys


def test_fcc_in_front_is_a_no_op():
    """Same loss, same gradients of head and backbone, in float64."""
    found = []
    for name in ('vmf/resnet20_digitslt', 'fcc/vmf_resnet20_digitslt'):
        _, model, size = build(name)
        model.double()
        for part in model.modules():
            if hasattr(part, 'set_class_counts'):
                part.set_class_counts(COUNTS[size])  # tau in float64
        inputs, samples = batch(size)
        loss = model.loss(inputs.double(), samples)['loss']
        loss.backward()
        grads = {key: p.grad for key, p in model.named_parameters()}
        found.append((loss, grads))
    (plain, grads), (scaled, other) = found
    torch.testing.assert_close(plain, scaled, rtol=1e-12, atol=0)
    assert grads.keys() == other.keys()
    for key, grad in grads.items():
        torch.testing.assert_close(grad, other[key], rtol=1e-8, atol=1e-12)


def test_the_held_out_recipes_train_on_the_rest():
    cfg = load('vmf/resnet32_cifar100lt', 'held-out')
    dataset = cfg.train_dataloader.dataset
    assert (dataset.type, dataset.part) == ('HeldOutSplit', 'train')
    assert dataset.dataset.type == 'CIFAR100LT'
    assert dataset.dataset.imbalance_ratio == 100


# SiLangWHL/vMF-OP@964d491 classification/config/ImageNet_LT
@pytest.mark.parametrize(
    ('overlay', 'balanced'),
    [
        ('cosine', False),  # cos_classifier_CEloss.yaml
        ('balanced-cosine', True),  # cos_classifier_balancedloss.yaml
    ],
)
def test_cosines_on_imagenet_differ_from_vmf_by_the_head_alone(
    overlay, balanced
):
    ours = load('vmf/resnext50_imagenetlt', overlay)
    vmf = load('vmf/resnext50_imagenetlt')
    assert ours.pop('applied_overlays') == [overlay]
    assert ours.model.pop('head').to_dict() == {
        'type': 'CosineClsHead',
        'num_classes': 1000,
        'in_channels': 2048,
        'scale': 16.0,
        **({'balanced': True} if balanced else {}),
    }
    assert vmf.model.pop('head').type == 'VMFClsHead'
    assert ours.to_dict() == vmf.to_dict()


def test_the_overlay_is_the_recipe_of_the_balanced_cosine():
    ours = load('vmf/resnet32_cifar100lt', 'balanced-cosine')
    ours.pop('applied_overlays')
    recipe = load('vmf/resnet32_cifar100lt_cosine')
    assert ours.to_dict() == recipe.to_dict()


def test_icd_on_imagenet_as_published():
    """vmf_icd.yaml: kappa from 16, weight 0.2, no decay of kappa."""
    cfg = load('vmf/resnext50_imagenetlt', 'icd')
    head = cfg.model.head
    assert (head.type, head.init_kappa) == ('VMFClsHead', 16)
    assert [part.type for part in head.aux_losses] == [
        'InterClassDiscrepancyLoss'
    ]
    assert MODELS.build(dict(head.aux_losses[0])).loss_weight == 0.2


@pytest.mark.parametrize(
    ('kappa', 'std'), [(8, 0), (16, 0), (24, 0), (32, 0), (16, 1)]
)
def test_initial_kappa_on_imagenet(kappa, std):
    """The README's --cfg-options of the appendix's comparison."""
    cfg = load('vmf/resnext50_imagenetlt')
    cfg.merge_from_dict(
        {'model.head.init_kappa': kappa, 'model.head.init_kappa_std': std}
    )
    head = MODELS.build(dict(cfg.model.head, in_channels=4))
    values = head.kappa.detach()
    assert len(values) == 1000
    assert values.mean().item() == pytest.approx(kappa, abs=0.15)
    assert values.std().item() == pytest.approx(std, abs=0.1)
