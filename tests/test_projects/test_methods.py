"""A method's recipe and a person's images join in one line, whatever method.

Each config is that of one project, with the name of the method changed.
"""

import re

import pytest
import torch
import torchvision
from mmengine.config import Config
from mmengine.runner import Runner
from mmpretrain.registry import MODELS

from mmlt.projects.config_text import known_methods
from mmlt.projects.project import ProjectSettings, new_project
from mmlt.projects.source import SourceSettings
from mmlt.runs.pretrained import check_pretrained_parts
from mmlt.runs.recipes import first_stage_recipe, load_recipe
from tests.test_bad_inputs.in_process import run

from .conftest import draw

METHODS = known_methods()


@pytest.fixture(scope='module')
def project(tmp_path_factory):
    """A project of bsce, with images of 16 pixels for speed."""
    folder = tmp_path_factory.mktemp('methods')
    images = draw(folder / 'photos', (9, 5, 3))
    settings = ProjectSettings(
        SourceSettings(str(images)), size=16, batch_size=8
    )
    new_project(folder / 'own', settings)
    return folder / 'own'


@pytest.fixture(scope='module')
def batch(project):
    """The first training batch."""
    cfg = load_recipe(project / 'bsce.py')
    cfg.train_dataloader.num_workers = 0
    return next(iter(Runner.build_dataloader(cfg.train_dataloader, seed=0)))


def changed(project, recipe):
    """The config with another method."""
    text = (project / 'bsce.py').read_text()
    path = project / f'{recipe.replace("/", "-")}.py'
    path.write_text(text.replace('bsce/resnet18_images', recipe))
    return path


def with_teacher(cfg, folder):
    """What `mmlt new --method dive` writes, and its first stage trains."""
    cfg.model.teacher.head.num_classes = 3
    teacher = MODELS.build(dict(cfg.model.teacher))
    path = folder / 'teacher.pth'
    torch.save({'state_dict': teacher.state_dict()}, path)
    cfg.model.teacher_checkpoint = str(path)


@pytest.mark.parametrize('method', METHODS)
def test_a_method_makes_a_step(method, project, batch, tmp_path):
    path = changed(project, METHODS[method])
    cfg = load_recipe(path)
    alone = Config.fromfile(path)
    assert alone.model == cfg.model
    data = cfg.train_dataloader.dataset
    assert (data.type, data.ann_file) == ('LongTailedList', 'train.txt')
    assert data.pipeline[1].scale == 16
    first = first_stage_recipe(cfg)
    if first is not None:
        assert first.train_dataloader.dataset == data
        assert first.model.head.num_classes == 3
    if 'teacher' in cfg.model:
        with_teacher(cfg, tmp_path)
    model = MODELS.build({**cfg.model, 'data_preprocessor': None})
    preprocessor = MODELS.build(cfg.data_preprocessor)
    for part in [*model.modules(), *preprocessor.modules()]:
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(torch.tensor([6, 3, 1]))
        if hasattr(part, 'set_progress'):
            part.set_progress(99, 100)
        if hasattr(part, 'suppose'):
            part.suppose(3)
    losses = model(**preprocessor(batch, training=True), mode='loss')
    loss = sum(v for k, v in losses.items() if 'loss' in k)
    assert loss.isfinite()
    loss.backward()


def test_overlays_apply_to_images_of_your_own(project):
    cfg = load_recipe(project / 'bsce.py', ['fcc', 'drw', 'short'])
    assert cfg.model.neck[-1].type == 'FCCNeck'
    assert cfg.model.head.loss.type == 'DeferredLoss'
    assert cfg.train_cfg.max_epochs == 10


def test_methods_are_those_of_the_folders_of_recipes():
    assert {'bsce', 'ce', 'crt', 'drw-ldam', 'fcc', 'la', 'vmf'} <= set(
        METHODS
    )
    for name, recipe in METHODS.items():
        assert re.fullmatch(r'[a-z_]+(-[a-z0-9-]+)?', name)
        assert recipe.endswith('resnet18_images')


def test_a_project_begins_with_weights_of_torchvision(tmp_path):
    """Features are those of torchvision's own network."""
    images = draw(tmp_path / 'photos', (9, 5, 3))
    plain = torchvision.models.resnet18(weights=None)
    torch.save(plain.state_dict(), tmp_path / 'resnet18.pth')
    done = run(
        [
            *('new', 'own', '--images', images, '--size', 64),
            *('--method', 'bsce', 'balpoe', 'dive'),
            *('--pretrained', 'resnet18.pth'),
        ],
        tmp_path,
    )
    assert done.code == 0, done.errors
    model = MODELS.build(load_recipe(tmp_path / 'own/bsce.py').model)
    check_pretrained_parts(model)
    model.init_weights()
    pictures = torch.randn(2, 3, 64, 64)
    plain.fc = torch.nn.Identity()
    torch.testing.assert_close(
        model.eval().extract_feat(pictures)[-1],
        plain.eval()(pictures),
        rtol=1e-5,
        atol=1e-6,
    )
    # what the experts share begins with them, too
    experts = MODELS.build(load_recipe(tmp_path / 'own/balpoe.py').model)
    check_pretrained_parts(experts)
    experts.init_weights()
    assert torch.equal(experts.backbone.conv1.weight, plain.conv1.weight)
    load_recipe(tmp_path / 'own/dive.py')


def test_weights_that_are_no_file_are_refused(tmp_path):
    images = draw(tmp_path / 'photos', (9, 5, 3))
    words = ['new', 'own', '--images', images, '--pretrained']
    done = run([*words, 'none.pth'], tmp_path)
    assert done.code == 2
    assert 'none.pth is no file' in done.errors
    assert not (tmp_path / 'own').exists()
    done = run(words, tmp_path)
    assert done.code == 0, done.errors
    text = (tmp_path / 'own/bsce.py').read_text()
    assert "checkpoint='torchvision://resnet18'" in text
