"""The first weights of a classifier: class means, a file, resumed."""

import pytest
import torch
import torch.nn.functional as F
from mmengine.runner import Runner

from mmlt import load_recipe
from mmlt.checkpoints import save_checkpoint
from mmlt.engine import ClassifierStartHook
from mmlt.runs.preflight import complete_config
from tests.test_distributed.processes import in_processes, needs_gloo

START = dict(type='ClassifierStartHook')


def recipe(work_dir, head='CosineClsHead', **start):
    """Nothing is trained: the weights after it are those at its start."""
    cfg = load_recipe('lift/vit-tiny-p2_digitslt')
    cfg.pop('first_stage')
    cfg.work_dir = str(work_dir)
    cfg.experiment_name = str(work_dir).replace('/', '-')
    cfg.log_level = 'ERROR'
    cfg.train_dataloader.dataset.indices = 60
    cfg.train_cfg = dict(by_epoch=True, max_epochs=1, val_interval=9)
    cfg.param_scheduler = []
    cfg.optim_wrapper.optimizer.lr = 0.0
    cfg.custom_hooks[-1] = dict(START, **start)
    if head != 'CosineClsHead':
        cfg.model.head = dict(type=head, num_classes=10, in_channels=64)
    return cfg


def trained(cfg):
    runner = Runner.from_cfg(cfg)
    runner.train()
    return runner


def expected_means(runner):
    """Of all images in one batch, by hand."""
    model = runner.model.eval()
    dataset = runner.train_dataloader.dataset
    images = dataset.images.float()
    mean, std = 77.8, 95.9
    with torch.no_grad():
        feats = model.backbone((images - mean) / std)[-1]
    means = [feats[dataset.labels == c].mean(0) for c in range(10)]
    return F.normalize(torch.stack(means), dim=1)


@pytest.mark.parametrize('head', ['CosineClsHead', 'LinearClsHead'])
def test_class_means_are_those_of_the_training_images(tmp_path, head):
    runner = trained(recipe(tmp_path, head))
    fc = runner.model.head.fc
    torch.testing.assert_close(
        fc.weight, expected_means(runner), rtol=1e-4, atol=1e-5
    )
    if fc.bias is not None:
        assert not fc.bias.any()


def test_a_resumed_training_keeps_its_weights(tmp_path):
    cfg = recipe(tmp_path)
    cfg.optim_wrapper.optimizer.lr = 0.1
    first = trained(cfg).model.head.fc.weight.clone()
    cfg.resume = True
    cfg.load_from = f'{tmp_path}/epoch_1.pth'
    cfg.train_cfg.max_epochs = 2
    runner = Runner.from_cfg(cfg)
    seen = []

    class Look(ClassifierStartHook):
        priority = 'VERY_LOW'

        def before_train(self, runner):
            seen.append(runner.model.head.fc.weight.clone())

    runner.register_hook(Look())
    runner.train()
    assert torch.equal(seen[0], first)


def test_what_is_drawn_does_not_depend_on_it(tmp_path):
    """With and without: the generators are where they were."""
    found = []
    for name in ('with', 'without'):
        cfg = recipe(tmp_path / name)
        if name == 'without':
            cfg.custom_hooks.pop()
        trained(cfg)
        found.append(torch.get_rng_state())
    assert torch.equal(*found)


@pytest.fixture
def file(tmp_path):
    weight = torch.randn(10, 64)
    names = [str(c) for c in range(10)]
    save_checkpoint(
        dict(state_dict={'fc.weight': weight}, meta=dict(classes=names)),
        tmp_path / 'start.pth',
    )
    return str(tmp_path / 'start.pth'), weight


def test_the_weights_of_a_file(tmp_path, file):
    path, weight = file
    runner = trained(recipe(tmp_path, weights=path))
    assert torch.equal(runner.model.head.fc.weight, weight)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (dict(state_dict={'fc.weight': torch.ones(9, 64)}), r'got \(9, 64\)'),
        (dict(state_dict={'w': torch.ones(10, 64)}), 'got none'),
        (dict(meta=dict(classes=[*'1023456789'])), 'in the order of'),
    ],
)
def test_a_file_for_something_else_is_refused(tmp_path, file, change, message):
    path, weight = file
    content = dict(state_dict={'fc.weight': weight}, meta={})
    save_checkpoint({**content, **change}, path)
    with pytest.raises(ValueError, match=message):
        trained(recipe(tmp_path, weights=path))


def test_a_head_without_a_linear_layer_is_refused(tmp_path):
    cfg = recipe(tmp_path)
    cfg.model.head = dict(type='ClsHead')
    with pytest.raises(TypeError, match='but got ClsHead'):
        trained(cfg)


def test_a_class_without_images_is_refused(tmp_path):
    cfg = recipe(tmp_path)
    cfg.model.head.balanced = False  # which refuses it, too
    cfg.train_dataloader.dataset.indices = list(range(20))
    with pytest.raises(ValueError, match=r'class \d has none'):
        trained(cfg)


def work(folder, world_size):
    cfg = recipe(f'{folder}/{world_size}')
    cfg.launcher = 'pytorch' if world_size > 1 else 'none'
    cfg.env_cfg.dist_cfg = dict(backend='gloo')
    runner = trained(complete_config(cfg))
    model = getattr(runner.model, 'module', runner.model)
    return model.head.fc.weight.detach()


@needs_gloo
def test_two_processes_count_every_image_once(tmp_path):
    (alone,) = in_processes(1, work, str(tmp_path), 1)
    for weight in in_processes(2, work, str(tmp_path), 2):
        torch.testing.assert_close(weight, alone, rtol=1e-4, atol=1e-6)
